import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { PlanKey, UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseIndex, TenantLicenseIndex } from '../licenses/license-index.ts';
import { toAssignedPlan } from '../plans/detect-plan.ts';
import { licenseRowsForPlan, type PurchasedPlans } from '../plans/seat-availability.ts';
import { decideByLicense } from './decide-by-license.ts';
import type { Rules } from './rules.ts';

/** What the tenant's own row of a plan enables; null where it has none. */
export type PurchasedPlanFeatures = (plan: UserPlan) => ReadonlySet<FeatureKey> | null;

/** Decides what each plan a tenant bought enables for whoever gets it, when first asked. */
export function createPurchasedPlanFeatures(
  rules: Rules,
  tenant: TenantLicenseIndex,
  purchasedPlans: PurchasedPlans,
): PurchasedPlanFeatures {
  const found = new Map<PlanKey, ReadonlySet<FeatureKey> | null>();
  return (plan) => {
    const known = found.get(plan.key);
    if (known !== undefined) return known;
    const rows = licenseRowsForPlan(purchasedPlans, plan);
    const set = rows.flatMap(({ row }) => row.set);
    const features = rows.length === 0 ? null : enabledBy(plan, set, rules, tenant);
    found.set(plan.key, features);
    return features;
  };
}

function enabledBy(
  plan: UserPlan,
  set: readonly string[],
  rules: Rules,
  { modules, licensesKnown }: TenantLicenseIndex,
): ReadonlySet<FeatureKey> {
  const licenseIndex: LicenseIndex = {
    site: modules,
    siteLicensesKnown: licensesKnown,
    user: new Set(set),
    userLicensesKnown: set.length > 0,
    plans: [],
    expired: new Map(),
  };
  const held = { licenseIndex, plan: toAssignedPlan(plan) };
  const rulesEnabled = [...rules.features.values()].filter(
    (rule) => decideByLicense(rule, rules, held).state === 'enabled',
  );
  return new Set(rulesEnabled.map(({ feature }) => feature));
}
