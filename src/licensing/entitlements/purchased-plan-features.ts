import type { PlanKey, UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseIndex, TenantLicenseIndex } from '../licenses/license-index.ts';
import { toAssignedPlan } from '../plans/detect-plan.ts';
import { licenseRowsForPlan, type PurchasedPlans } from '../plans/seat-availability.ts';
import type { DecideBy } from './decision-cache.ts';
import type { FeatureRule } from './rules.ts';

/** Whether the tenant's own row of a plan enables a feature; null if the tenant has no row of the plan. */
export type PurchasedPlanFeatures = (plan: UserPlan, rule: FeatureRule) => boolean | null;

type Decide = ReturnType<DecideBy>;

/** Creates a function that decides features of the purchased plans of a tenant. */
export function createPurchasedPlanFeatures(
  tenant: TenantLicenseIndex,
  purchasedPlans: PurchasedPlans,
  decideBy: DecideBy,
): PurchasedPlanFeatures {
  const cache = new Map<PlanKey, Decide | null>();
  const decideOn = (plan: UserPlan): Decide | null => {
    const rows = licenseRowsForPlan(purchasedPlans, plan);
    if (rows.length === 0) return null;
    const set = rows.flatMap(({ row }) => row.set);
    return decideBy({ licenseIndex: indexSet(set, tenant), plan: toAssignedPlan(plan) });
  };
  return (plan, rule) => {
    const known = cache.get(plan.key);
    const decide = known === undefined ? decideOn(plan) : known;
    if (known === undefined) cache.set(plan.key, decide);
    return decide && decide(rule).state === 'enabled';
  };
}

function indexSet(set: readonly string[], tenant: TenantLicenseIndex): LicenseIndex {
  return {
    site: tenant.modules,
    siteLicensesKnown: tenant.licensesKnown,
    user: new Set(set),
    userLicensesKnown: set.length > 0,
    plans: [],
    expired: new Map(),
  };
}
