import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { PlanKey, UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseIndex, TenantLicenseIndex } from '../licenses/license-index.ts';
import { toAssignedPlan } from '../plans/detect-plan.ts';
import { licenseRowsForPlan, type PurchasedPlans } from '../plans/seat-availability.ts';
import type { DecideBy } from './decision-cache.ts';
import type { Rules } from './rules.ts';

/** Returns the features that the tenant's own row of a plan enables; null if the tenant has no row of it. */
export type PurchasedPlanFeatures = (plan: UserPlan) => ReadonlySet<FeatureKey> | null;

/** Creates a function that decides and memoizes the features of each purchased plan of a tenant. */
export function createPurchasedPlanFeatures(
  rules: Rules,
  tenant: TenantLicenseIndex,
  purchasedPlans: PurchasedPlans,
  decideBy: DecideBy,
): PurchasedPlanFeatures {
  const cache = new Map<PlanKey, ReadonlySet<FeatureKey> | null>();
  return (plan) => {
    const cached = cache.get(plan.key);
    if (cached !== undefined) return cached;
    const rows = licenseRowsForPlan(purchasedPlans, plan);
    const set = rows.flatMap(({ row }) => row.set);
    const features = rows.length === 0 ? null : decideEnabledFeatures(plan, set, { rules, tenant, decideBy });
    cache.set(plan.key, features);
    return features;
  };
}

function decideEnabledFeatures(
  plan: UserPlan,
  set: readonly string[],
  {
    rules,
    tenant,
    decideBy,
  }: { readonly rules: Rules; readonly tenant: TenantLicenseIndex; readonly decideBy: DecideBy },
): ReadonlySet<FeatureKey> {
  const licenseIndex: LicenseIndex = {
    site: tenant.modules,
    siteLicensesKnown: tenant.licensesKnown,
    user: new Set(set),
    userLicensesKnown: set.length > 0,
    plans: [],
    expired: new Map(),
  };
  const decide = decideBy({ licenseIndex, plan: toAssignedPlan(plan) });
  const enabledRules = [...rules.features.values()].filter((rule) => decide(rule).state === 'enabled');
  return new Set(enabledRules.map(({ feature }) => feature));
}
