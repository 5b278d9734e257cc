/** From this number of seconds on, a time is given in minutes. */
const minutesFrom = 100;

/**
 * A time to wait, with a unit that all languages write alike; minutes are rounded up.
 *
 * @example
 * waitText(20) // → '20 s'
 * waitText(130) // → '3 min'
 */
export function waitText(seconds: number): string {
  return seconds < minutesFrom ? `${seconds}\u00a0s` : `${Math.ceil(seconds / 60)}\u00a0min`;
}
