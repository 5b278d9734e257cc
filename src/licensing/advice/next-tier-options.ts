import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey } from '../catalogue/user-plans.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import { findSeat, type Seat } from '../plans/seat-availability.ts';
import { findNextPlans, type NextPlan } from './next-plans.ts';
import { findPlanDiff } from './plan-diff.ts';
import { type BeforeChange, indexBefore, toChangeKey } from './what-if.ts';

/** A plan one step above the user's, and the features it would enable. */
export type NextTierOption = { readonly enables: readonly FeatureKey[] } & (
  | { readonly kind: 'user-plan'; readonly plan: PlanKey; readonly seat: Seat }
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan }
);

/** Finds the plans one step above the user's, sorted by the number of features they would enable, which is never 0. */
type FindNextTierOptions = (
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
) => readonly NextTierOption[];

/**
 * Memoizes the options of a report, and the last ones of each list of decisions: tenants share decisions only if their
 * plans are the same, and then equal licenses beside the plan lead to the same options.
 */
export function memoizeNextTierOptions(): FindNextTierOptions {
  const byReport = new WeakMap<EntitlementReport, readonly NextTierOption[]>();
  const byDecisions = new WeakMap<
    EntitlementReport['features'],
    { readonly key: string; readonly options: readonly NextTierOption[] }
  >();
  const findByDecisions: FindNextTierOptions = (tenant, user, report) => {
    const nextPlans = findNextPlans(report.plan);
    if (nextPlans.length === 0) return [];
    const before = indexBefore(tenant, user, report);
    const key = toChangeKey(before);
    const known = byDecisions.get(report.features);
    if (known?.key === key) return known.options;
    const options = findOptions(tenant, before, nextPlans);
    byDecisions.set(report.features, { key, options });
    return options;
  };
  return (tenant, user, report) => {
    const options = byReport.get(report) ?? findByDecisions(tenant, user, report);
    byReport.set(report, options);
    return options;
  };
}

function findOptions(
  tenant: TenantIndex,
  before: BeforeChange,
  nextPlans: readonly NextPlan[],
): readonly NextTierOption[] {
  return nextPlans
    .map((next): NextTierOption => {
      const { enables } = findPlanDiff(tenant, before, next);
      return next.kind === 'suite-plan'
        ? { ...next, enables }
        : { ...next, seat: findSeat(tenant.purchasedPlans, getUserPlan(next.plan)), enables };
    })
    .filter(({ enables }) => enables.length > 0)
    .sort((a, b) => b.enables.length - a.enables.length);
}
