/** `npm run test:security` tries much; the suite, which runs it with everything else, less. */
export const isLong = process.env.PLANLENS_SECURITY === 'long';

/** So many tries in the long form, and a twentieth in the short one. */
export function tries(long: number): number {
  return isLong ? long : Math.ceil(long / 20);
}
