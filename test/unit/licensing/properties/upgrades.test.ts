import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patience, publishedCase, runs, someCase } from '../fixtures/arbitraries.ts';
import { catalogueCase } from '../fixtures/catalogue-tenants.ts';
import { isAlreadyEnabled, offersOf, opened, plansOf } from '../fixtures/tenant-entitlements.ts';
import { plansReaching, reaches, startOf, stepsAbove } from '../fixtures/tier-steps.ts';

const pick = fc.nat({ max: 10_000 });

describe('user plan upgrades', () => {
  it('a plan that keeps the tiers enables the feature exactly when it reaches an upgrade', {
    timeout: patience,
  }, () => {
    fc.assert(
      fc.property(catalogueCase, pick, ({ tenant, user }, at) => {
        const plans = opened(tenant);
        const report = plans.report(user);
        const { kept, own } = startOf(report.plan);
        const others = plansReaching(kept).filter(({ key }) => key !== own?.key);
        const plan = others[at % Math.max(others.length, 1)];
        const onCurrentPlan = own === null ? undefined : plans.whatIf(user, own.key)?.report;
        const then = plan && plans.whatIf(user, plan.key)?.report;
        const wrong = offersOf(report).filter(({ feature, upgrades }) => {
          // What the user's own plan has, and the license lacks, no other plan brings.
          if (onCurrentPlan !== undefined && isAlreadyEnabled(onCurrentPlan, feature)) return upgrades.length > 0;
          const reached = plan && plansOf(upgrades).some(({ tiers }) => reaches(plan, tiers));
          return (then && isAlreadyEnabled(then, feature)) !== reached;
        });
        expect(wrong.map(({ row }) => row)).toEqual([]);
      }),
      runs,
    );
  });

  it('an upgrade enables its feature, regardless of licenses beside a published plan', {
    timeout: patience,
  }, () => {
    fc.assert(
      fc.property(publishedCase, pick, ({ tenant, user }, at) => {
        const plans = opened(tenant);
        const offers = offersOf(plans.report(user)).flatMap(({ feature, upgrades }) =>
          plansOf(upgrades).map(({ key }) => ({ feature, key })),
        );
        const offer = offers[at % Math.max(offers.length, 1)];
        if (offer === undefined) return;
        const then = plans.whatIf(user, offer.key)?.report;
        expect(then && isAlreadyEnabled(then, offer.feature)).toBe(true);
      }),
      runs,
    );
  });

  it('each upgrade keeps every tier, has the correct step count and is minimal', {
    timeout: patience,
  }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const report = opened(tenant).report(user);
        const { kept, counted } = startOf(report.plan);
        for (const { upgrades } of offersOf(report)) {
          const plans = plansOf(upgrades);
          const steps = upgrades.flatMap((each) => (each.kind === 'user-plan' ? [each.steps] : []));
          expect(steps).toEqual(plans.map((plan) => stepsAbove(plan, counted)).sort((a, b) => a - b));
          const wrong = plans.filter(
            (plan) =>
              !reaches(plan, kept) ||
              stepsAbove(plan, counted) === 0 ||
              plans.some((other) => other !== plan && reaches(plan, other.tiers)),
          );
          expect(wrong).toEqual([]);
        }
      }),
      runs,
    );
  });
});
