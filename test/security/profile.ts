/** `npm run test:security` runs the long form; the whole suite runs the short form. */
export const isLongRun = process.env.PLANLENS_SECURITY === 'long';

/** The number of runs: `long` in the long form, a twentieth of it in the short form. */
export function scaleRuns(long: number): number {
  return isLongRun ? long : Math.ceil(long / 20);
}
