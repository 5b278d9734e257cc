import type { FeatureKey } from './feature-keys.ts';
import type { UserLicenses } from './license-data.ts';
import { nextPlansAbove } from './next-plans.ts';
import { effectOf } from './plan-effect.ts';
import type { PlanReport } from './plan-report.ts';
import type { TenantKnown } from './report-user.ts';
import { type Seat, seatFor } from './seats.ts';
import type { SuitePlan } from './suite-plans.ts';
import { type PlanKey, planOf } from './user-plans.ts';

/** A plan one step above the user's, and what it would enable for them. */
export type StepUp = { readonly enables: readonly FeatureKey[] } & (
  | { readonly kind: 'user-plan'; readonly plan: PlanKey; readonly seat: Seat }
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan }
);

/** The plans one step above a user's, those that would enable most first; one that would enable nothing is left out. */
export function stepsUp(tenant: TenantKnown, user: UserLicenses, report: PlanReport): readonly StepUp[] {
  return nextPlansAbove(report.plan)
    .map((next): StepUp => {
      const { enables } = effectOf(tenant, user, report, next);
      return next.kind === 'suite-plan'
        ? { ...next, enables }
        : { ...next, seat: seatFor(tenant.sold, planOf(next.plan)), enables };
    })
    .filter(({ enables }) => enables.length > 0)
    .sort((a, b) => b.enables.length - a.enables.length);
}
