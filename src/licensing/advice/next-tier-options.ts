import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey } from '../catalogue/user-plans.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import { type Seat, seatFor } from '../plans/seat-availability.ts';
import { findNextPlans } from './next-plans.ts';
import { diffPlan } from './plan-diff.ts';

/** A plan one step above the user's, and what it would enable for them. */
export type NextTierOption = { readonly enables: readonly FeatureKey[] } & (
  | { readonly kind: 'user-plan'; readonly plan: PlanKey; readonly seat: Seat }
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan }
);

/** The plans one step above a user's, those that would enable most first; one that would enable nothing is left out. */
export function nextTierOptions(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
): readonly NextTierOption[] {
  return findNextPlans(report.plan)
    .map((next): NextTierOption => {
      const { enables } = diffPlan(tenant, user, report, next);
      return next.kind === 'suite-plan'
        ? { ...next, enables }
        : { ...next, seat: seatFor(tenant.purchasedPlans, getUserPlan(next.plan)), enables };
    })
    .filter(({ enables }) => enables.length > 0)
    .sort((a, b) => b.enables.length - a.enables.length);
}
