import { parseDay } from '../../../licensing/billing/calendar-days.ts';
import type { PlanPeriod } from '../../../snapshots/user-directory.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';

/** The plan of a user on a day, as far as it was recorded. */
export interface PlanOnDay {
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string;
  /** The text of the plan. */
  readonly userPlan: string;
}

/**
 * The plan that a user had at the end of a day; null if the day is none, or if no plan is recorded for it. `periods` are
 * the newest first, and each ends when the next one begins.
 *
 * @example
 * findPlanOnDay('2026-11-26', [{ userPlan: 'Sales Premium', beganAt: new Date('2026-11-26T10:00:00Z'), endedAt: null }])
 * // → { day: '2026-11-26', userPlan: 'Sales Premium' }
 */
export function findPlanOnDay(day: string, periods: readonly PlanPeriod[]): PlanOnDay | null {
  if (parseDay(day) === null) return null;
  const period = periods.find(({ beganAt }) => toUtcDay(beganAt.getTime()) <= day);
  return period === undefined ? null : { day, userPlan: period.userPlan };
}
