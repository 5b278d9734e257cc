import { asHeldPlan } from '../advice/plan-licenses.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { PlanKey, UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseLookup, TenantLookup } from '../licenses/license-index.ts';
import { rowsSellingPlan, type SoldPlans } from '../plans/seat-availability.ts';
import { licensedVerdict } from './decide-by-license.ts';
import type { Rules } from './rules.ts';

/** What the tenant's own row of a plan enables; null where it has none. */
export type FeaturesOfSoldPlan = (plan: UserPlan) => ReadonlySet<FeatureKey> | null;

/** Decides what each plan a tenant bought enables for whoever gets it, when first asked. */
export function featuresOfSoldPlans(rules: Rules, tenant: TenantLookup, sold: SoldPlans): FeaturesOfSoldPlan {
  const found = new Map<PlanKey, ReadonlySet<FeatureKey> | null>();
  return (plan) => {
    const known = found.get(plan.key);
    if (known !== undefined) return known;
    const rows = rowsSellingPlan(sold, plan);
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
  { modules, told }: TenantLookup,
): ReadonlySet<FeatureKey> {
  const lookup: LicenseLookup = {
    site: modules,
    siteTold: told,
    user: new Set(set),
    userTold: set.length > 0,
    plans: [],
    lapsed: new Map(),
  };
  const held = { lookup, plan: asHeldPlan(plan) };
  const rulesEnabled = [...rules.features.values()].filter(
    (rule) => licensedVerdict(rule, rules, held).state === 'enabled',
  );
  return new Set(rulesEnabled.map(({ feature }) => feature));
}
