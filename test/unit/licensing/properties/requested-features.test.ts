import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childrenOf, rowsOf } from '../../../../src/licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { planOf, type UserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import { patience, runs } from '../fixtures/arbitraries.ts';
import { catalogueCase } from '../fixtures/catalogue-tenants.ts';
import { rules } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';
import { isHad, opened } from '../fixtures/tenant-entitlements.ts';
import { plansReaching, reaches, startOf } from '../fixtures/tier-steps.ts';

const wishes = fc.uniqueArray(fc.constantFrom(...featureKeys), { maxLength: 6 });
const pick = fc.nat({ max: 25 });

/** The wishes with the features of a group in its place. */
function leavesOf(wished: readonly FeatureKey[]): ReadonlySet<FeatureKey> {
  const leaf = (feature: FeatureKey) => rules.features.has(feature);
  const below = (feature: FeatureKey) => rowsOf(feature).flatMap(({ id }) => childrenOf(id));
  return new Set(wished.flatMap((each) => (leaf(each) ? [each] : below(each).map(({ feature }) => feature))));
}

describe('wishes', () => {
  it('are each added, had or undecided, and none is two of these', { timeout: patience }, () => {
    fc.assert(
      fc.property(catalogueCase, wishes, ({ tenant, user }, wished) => {
        const plans = opened(tenant);
        const { adds, had, undecided } = plans.upgrades(user, wished);
        const report = plans.report(user);
        const told = [...adds, ...had, ...undecided];
        expectSame([...told].sort(), [...leavesOf(wished)].sort());
        expect(had.filter((feature) => !isHad(report, feature))).toEqual([]);
        const isOffered = (each: FeatureKey) => (report.features.get(each)?.upgrades.length ?? 0) > 0;
        expect(adds.filter((each) => !isOffered(each))).toEqual([]);
        expect(undecided.filter((each) => isOffered(each) || isHad(report, each))).toEqual([]);
      }),
      runs,
    );
  });

  it('come true, all of them, exactly on the plans that reach an upgrade', { timeout: patience }, () => {
    fc.assert(
      fc.property(catalogueCase, wishes, pick, ({ tenant, user }, wished, at) => {
        const plans = opened(tenant);
        const { adds, upgrades } = plans.upgrades(user, wished);
        const { kept, own } = startOf(plans.report(user).plan);
        const enables = (plan: UserPlan) => {
          const then = plans.whatIf(user, plan.key)?.report;
          return then !== undefined && adds.every((feature) => isHad(then, feature));
        };
        const better = plansReaching(kept).filter(({ key }) => key !== own?.key);
        const plan = better[at % better.length];
        if (adds.length === 0 || plan === undefined || (own !== null && enables(own))) {
          expect(upgrades).toEqual([]);
          return;
        }
        const reached = upgrades.some(
          (each) => each.kind === 'user-plan' && reaches(plan, planOf(each.plan).tiers),
        );
        expect(enables(plan)).toBe(reached);
      }),
      runs,
    );
  });

  it('say what else each upgrade would enable, and nothing more', { timeout: patience }, () => {
    fc.assert(
      fc.property(catalogueCase, wishes, pick, ({ tenant, user }, wished, at) => {
        const plans = opened(tenant);
        const { upgrades } = plans.upgrades(user, wished);
        const upgrade = upgrades[at % Math.max(upgrades.length, 1)];
        if (upgrade?.kind !== 'user-plan') return;
        const before = plans.report(user).features;
        const then = plans.whatIf(user, upgrade.plan)?.report.features;
        const leaves = leavesOf(wished);
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
