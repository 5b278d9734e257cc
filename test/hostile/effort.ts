/** `npm run test:hostile` tries much; the suite, which runs it with everything else, less. */
export const isLong = process.env.PLANLENS_HOSTILE === 'long';

/** So many tries in the long form, and a twentieth in the short one. */
export function tries(long: number): number {
  return isLong ? long : Math.ceil(long / 20);
}
