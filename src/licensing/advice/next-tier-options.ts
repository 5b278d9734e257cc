import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey } from '../catalogue/user-plans.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import { findSeat, type Seat } from '../plans/seat-availability.ts';
import { findNextPlans } from './next-plans.ts';
import { planDiffFinder } from './plan-diff.ts';

/** A plan one step above the user's, and the features it would enable. */
export type NextTierOption = { readonly enables: readonly FeatureKey[] } & (
  | { readonly kind: 'user-plan'; readonly plan: PlanKey; readonly seat: Seat }
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan }
);

/** Finds the plans one step above the user's, sorted by the number of features they would enable, which is never 0. */
export function findNextTierOptions(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
): readonly NextTierOption[] {
  const nextPlans = findNextPlans(report.plan);
  if (nextPlans.length === 0) return [];
  const findDiff = planDiffFinder(tenant, user, report);
  return nextPlans
    .map((next): NextTierOption => {
      const { enables } = findDiff(next);
      return next.kind === 'suite-plan'
        ? { ...next, enables }
        : { ...next, seat: findSeat(tenant.purchasedPlans, getUserPlan(next.plan)), enables };
    })
    .filter(({ enables }) => enables.length > 0)
    .sort((a, b) => b.enables.length - a.enables.length);
}
