import type { FeatureKey } from '../../../licensing/catalogue/feature-keys.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';

/** Finds the features that need an upgrade for users with the text of a plan; null if the plan is not known. */
export type FindMissing = (userPlan: string) => readonly FeatureKey[] | null;

/** Makes the search for missing features in a tenant. They depend on the plan alone, so each plan is decided once. */
export function createFindMissing(entitlements: TenantEntitlements): FindMissing {
  const missingByPlan = new Map<string, readonly FeatureKey[] | null>();
  return (userPlan) => {
    const known = missingByPlan.get(userPlan);
    if (known !== undefined) return known;
    const missing = find(entitlements.identifyPlan(userPlan));
    missingByPlan.set(userPlan, missing);
    return missing;
  };

  function find(plan: HeldPlan): readonly FeatureKey[] | null {
    if (plan === 'unknown') return null;
    return [...entitlements.reportOnPlan(plan).features.values()].flatMap(({ feature, state, reason }) =>
      state === 'upgrade' && reason !== 'group-of-features' ? [feature] : [],
    );
  }
}

/** The texts of known plans, those that lack the fewest features first. */
export function orderByMissing(plans: readonly string[], findMissing: FindMissing): readonly string[] {
  return plans
    .flatMap((plan) => {
      const missing = findMissing(plan);
      return missing === null ? [] : [{ plan, count: missing.length }];
    })
    .sort((one, other) => one.count - other.count)
    .map(({ plan }) => plan);
}
