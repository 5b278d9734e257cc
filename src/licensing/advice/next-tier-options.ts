import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import { type PlanKey, planOf } from '../catalogue/user-plans.ts';
import type { PlanReport } from '../entitlements/entitlement-report.ts';
import type { TenantKnown } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import { type Seat, seatFor } from '../plans/seat-availability.ts';
import { nextPlansAbove } from './next-plans.ts';
import { effectOf } from './plan-diff.ts';

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
