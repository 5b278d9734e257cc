/** Whether tests run in their long form: `npm run test:all`, `test:security` and `test:packages` set it, `npm test` does not. */
export const isLongForm = process.env.PLANLENS_TESTS === 'long';

/** The number of runs of a property: `long` in the long form, a hundredth of it in the short form. */
export function scaleRuns(long: number): number {
  return isLongForm ? long : Math.ceil(long / 100);
}
