import { describe, expect, it } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { type PlanKey, userPlans } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { planRow } from '../fixtures/catalogue-tenants.ts';
import {
  findUpgradable,
  getEntitlements,
  isAlreadyEnabled,
  selectUserPlans,
} from '../fixtures/tenant-entitlements.ts';
import { grantedLicense, tenantWith, toGranted, userWith } from '../fixtures/tenants.ts';
import { findStart, plansReaching, reaches } from '../fixtures/tier-steps.ts';

const withAllPlans = tenantWith(...userPlans.map(planRow));
const withoutPlans = tenantWith();
const users = [
  ...userPlans.map((plan) => [plan.key, userWith(toGranted(planRow(plan)))] as const),
  ['no plan', userWith(grantedLicense({ name: 'superlicense-no-selection' }))] as const,
  ['an old plan', userWith(grantedLicense({ name: 'superlicense-sales-pro' }))] as const,
  ['an undocumented plan', userWith(grantedLicense({ name: 'mystery', extraFlags: 1 }))] as const,
];

/** Tries all 26 plans and returns the minimal ones that keep the tiers and enable the feature. */
function minimalPlansByTrying(
  tenant: TenantLicenses,
  user: UserLicenses,
): (feature: FeatureKey) => readonly PlanKey[] {
  const plans = getEntitlements(tenant);
  const { minTiers, currentPlan } = findStart(plans.report(user).plan);
  const candidates = plansReaching(minTiers).map((plan) => ({
    plan,
    report: plans.whatIf(user, plan.key)?.report,
  }));
  return (feature) => {
    const enabling = candidates
      .filter(({ report }) => report && isAlreadyEnabled(report, feature))
      .map(({ plan }) => plan);
    // If the assigned plan includes the feature but its license is missing, no other plan adds it.
    if (enabling.some(({ key }) => key === currentPlan?.key)) return [];
    const minimal = enabling.filter(
      (plan) => !enabling.some((other) => other !== plan && reaches(plan, other.tiers)),
    );
    return minimal.map(({ key }) => key).sort();
  };
}

describe.each([
  ['all 26', withAllPlans],
  ['none', withoutPlans],
])('upgrades in a tenant with purchased plans: %s', (_purchased, tenant) => {
  it.each(users)(
    'upgrades from %s are the minimal plans, out of all 26, that enable the feature',
    (_plan, user) => {
      const findMinimal = minimalPlansByTrying(tenant, user);
      const offers = findUpgradable(getEntitlements(tenant).report(user));
      const offered = offers.map(({ feature, upgrades }) => [
        feature,
        selectUserPlans(upgrades)
          .map(({ key }) => key)
          .sort(),
      ]);
      expect(offered).toEqual(offers.map(({ feature }) => [feature, findMinimal(feature)]));
    },
  );

  it.each(users)('no upgrade from %s disables an enabled feature', (_plan, user) => {
    const plans = getEntitlements(tenant);
    const upgrades = findUpgradable(plans.report(user)).flatMap((offer) => selectUserPlans(offer.upgrades));
    const lost = upgrades.flatMap(({ key }) =>
      (plans.whatIf(user, key)?.changes ?? []).filter(({ before }) => before === 'enabled'),
    );
    expect(lost).toEqual([]);
  });
});
