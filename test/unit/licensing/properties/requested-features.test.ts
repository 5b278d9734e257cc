import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getChildRows, getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { getUserPlan, type UserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import { runs, timeoutMs } from '../fixtures/arbitraries.ts';
import { catalogueCase } from '../fixtures/catalogue-tenants.ts';
import { rules } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';
import { getEntitlements, isAlreadyEnabled } from '../fixtures/tenant-entitlements.ts';
import { findStart, plansReaching, reaches } from '../fixtures/tier-steps.ts';

const anyRequestedFeatures = fc.uniqueArray(fc.constantFrom(...featureKeys), { maxLength: 6 });
const pick = fc.nat({ max: 25 });

/** Returns the requested features, with each group replaced by its features. */
function expandGroups(requestedFeatures: readonly FeatureKey[]): ReadonlySet<FeatureKey> {
  const leaf = (feature: FeatureKey) => rules.features.has(feature);
  const below = (feature: FeatureKey) => getFeatureRows(feature).flatMap(({ id }) => getChildRows(id));
  return new Set(
    requestedFeatures.flatMap((each) => (leaf(each) ? [each] : below(each).map(({ feature }) => feature))),
  );
}

describe('upgrades for requested features', () => {
  it('each requested feature is exactly one of added, already enabled and undetermined', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(catalogueCase, anyRequestedFeatures, ({ tenant, user }, requestedFeatures) => {
        const plans = getEntitlements(tenant);
        const { adds, alreadyEnabled, undetermined } = plans.upgrades(user, requestedFeatures);
        const report = plans.report(user);
        const listed = [...adds, ...alreadyEnabled, ...undetermined];
        expectSame([...listed].sort(), [...expandGroups(requestedFeatures)].sort());
        expect(alreadyEnabled.filter((feature) => !isAlreadyEnabled(report, feature))).toEqual([]);
        const isOffered = (each: FeatureKey) => (report.features.get(each)?.upgrades.length ?? 0) > 0;
        expect(adds.filter((each) => !isOffered(each))).toEqual([]);
        expect(undetermined.filter((each) => isOffered(each) || isAlreadyEnabled(report, each))).toEqual([]);
      }),
      runs,
    );
  });

  it('a plan enables all added features exactly when it reaches an upgrade', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(catalogueCase, anyRequestedFeatures, pick, ({ tenant, user }, requestedFeatures, at) => {
        const plans = getEntitlements(tenant);
        const { adds, upgrades } = plans.upgrades(user, requestedFeatures);
        const { minTiers, currentPlan } = findStart(plans.report(user).plan);
        const enables = (plan: UserPlan) => {
          const then = plans.whatIf(user, plan.key)?.report;
          return then !== undefined && adds.every((feature) => isAlreadyEnabled(then, feature));
        };
        const higherPlans = plansReaching(minTiers).filter(({ key }) => key !== currentPlan?.key);
        const plan = higherPlans[at % higherPlans.length];
        if (adds.length === 0 || plan === undefined || (currentPlan !== null && enables(currentPlan))) {
          expect(upgrades).toEqual([]);
          return;
        }
        const reached = upgrades.some(
          (each) => each.kind === 'user-plan' && reaches(plan, getUserPlan(each.plan).tiers),
        );
        expect(enables(plan)).toBe(reached);
      }),
      runs,
    );
  });

  it('each upgrade lists exactly the other features it would enable', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(catalogueCase, anyRequestedFeatures, pick, ({ tenant, user }, requestedFeatures, at) => {
        const plans = getEntitlements(tenant);
        const { upgrades } = plans.upgrades(user, requestedFeatures);
        const upgrade = upgrades[at % Math.max(upgrades.length, 1)];
        if (upgrade?.kind !== 'user-plan') return;
        const before = plans.report(user).features;
        const then = plans.whatIf(user, upgrade.plan)?.report.features;
        const leaves = expandGroups(requestedFeatures);
        const gained = [...rules.features.keys()].filter(
          (each) =>
            !leaves.has(each) &&
            before.get(each)?.state !== 'enabled' &&
            then?.get(each)?.state === 'enabled',
        );
        expectSame([...upgrade.alsoEnables].sort(), gained.sort());
      }),
      runs,
    );
  });
});
