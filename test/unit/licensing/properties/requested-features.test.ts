import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getChildRows, getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { getUserPlan, type UserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import { patience, runs } from '../fixtures/arbitraries.ts';
import { catalogueCase } from '../fixtures/catalogue-tenants.ts';
import { rules } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';
import { isAlreadyEnabled, opened } from '../fixtures/tenant-entitlements.ts';
import { plansReaching, reaches, startOf } from '../fixtures/tier-steps.ts';

const accessRequests = fc.uniqueArray(fc.constantFrom(...featureKeys), { maxLength: 6 });
const pick = fc.nat({ max: 25 });

/** The wishes with the features of a group in its place. */
function leavesOf(requestedFeatures: readonly FeatureKey[]): ReadonlySet<FeatureKey> {
  const leaf = (feature: FeatureKey) => rules.features.has(feature);
  const below = (feature: FeatureKey) => getFeatureRows(feature).flatMap(({ id }) => getChildRows(id));
  return new Set(
    requestedFeatures.flatMap((each) => (leaf(each) ? [each] : below(each).map(({ feature }) => feature))),
  );
}

describe('access_requests', () => {
  it('each requested feature is exactly one of added, already enabled and undetermined', {
    timeout: patience,
  }, () => {
    fc.assert(
      fc.property(catalogueCase, accessRequests, ({ tenant, user }, requestedFeatures) => {
        const plans = opened(tenant);
        const { adds, alreadyEnabled, undetermined } = plans.upgrades(user, requestedFeatures);
        const report = plans.report(user);
        const told = [...adds, ...alreadyEnabled, ...undetermined];
        expectSame([...told].sort(), [...leavesOf(requestedFeatures)].sort());
        expect(alreadyEnabled.filter((feature) => !isAlreadyEnabled(report, feature))).toEqual([]);
        const isOffered = (each: FeatureKey) => (report.features.get(each)?.upgrades.length ?? 0) > 0;
        expect(adds.filter((each) => !isOffered(each))).toEqual([]);
        expect(undetermined.filter((each) => isOffered(each) || isAlreadyEnabled(report, each))).toEqual([]);
      }),
      runs,
    );
  });

  it('a plan enables all added features exactly when it reaches an upgrade', { timeout: patience }, () => {
    fc.assert(
      fc.property(catalogueCase, accessRequests, pick, ({ tenant, user }, requestedFeatures, at) => {
        const plans = opened(tenant);
        const { adds, upgrades } = plans.upgrades(user, requestedFeatures);
        const { kept, own } = startOf(plans.report(user).plan);
        const enables = (plan: UserPlan) => {
          const then = plans.whatIf(user, plan.key)?.report;
          return then !== undefined && adds.every((feature) => isAlreadyEnabled(then, feature));
        };
        const better = plansReaching(kept).filter(({ key }) => key !== own?.key);
        const plan = better[at % better.length];
        if (adds.length === 0 || plan === undefined || (own !== null && enables(own))) {
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

  it('each upgrade lists exactly the other features it would enable', { timeout: patience }, () => {
    fc.assert(
      fc.property(catalogueCase, accessRequests, pick, ({ tenant, user }, requestedFeatures, at) => {
        const plans = opened(tenant);
        const { upgrades } = plans.upgrades(user, requestedFeatures);
        const upgrade = upgrades[at % Math.max(upgrades.length, 1)];
        if (upgrade?.kind !== 'user-plan') return;
        const before = plans.report(user).features;
        const then = plans.whatIf(user, upgrade.plan)?.report.features;
        const leaves = leavesOf(requestedFeatures);
        const won = [...rules.features.keys()].filter(
          (each) =>
            !leaves.has(each) &&
            before.get(each)?.state !== 'enabled' &&
            then?.get(each)?.state === 'enabled',
        );
        expectSame([...upgrade.alsoEnables].sort(), won.sort());
      }),
      runs,
    );
  });
});
