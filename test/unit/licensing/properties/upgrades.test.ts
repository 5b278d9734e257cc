import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedCase, runs, someCase, timeoutMs } from '../fixtures/arbitraries.ts';
import { catalogueCase } from '../fixtures/catalogue-tenants.ts';
import {
  findUpgradable,
  getEntitlements,
  isAlreadyEnabled,
  selectUserPlans,
} from '../fixtures/tenant-entitlements.ts';
import { findStart, plansReaching, reaches, stepsAbove } from '../fixtures/tier-steps.ts';

const pick = fc.nat({ max: 10_000 });

describe('user plan upgrades', () => {
  it('a plan that keeps the tiers enables the feature exactly when it reaches an upgrade', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(catalogueCase, pick, ({ tenant, user }, at) => {
        const plans = getEntitlements(tenant);
        const report = plans.report(user);
        const { minTiers, currentPlan } = findStart(report.plan);
        const others = plansReaching(minTiers).filter(({ key }) => key !== currentPlan?.key);
        const plan = others[at % Math.max(others.length, 1)];
        const onCurrentPlan = currentPlan === null ? undefined : plans.whatIf(user, currentPlan.key)?.report;
        const then = plan && plans.whatIf(user, plan.key)?.report;
        const wrong = findUpgradable(report).filter(({ feature, upgrades }) => {
          // If the assigned plan includes the feature but its license is missing, no other plan adds it.
          if (onCurrentPlan !== undefined && isAlreadyEnabled(onCurrentPlan, feature))
            return upgrades.length > 0;
          const reached = plan && selectUserPlans(upgrades).some(({ tiers }) => reaches(plan, tiers));
          return (then && isAlreadyEnabled(then, feature)) !== reached;
        });
        expect(wrong.map(({ row }) => row)).toEqual([]);
      }),
      runs,
    );
  });

  it('an upgrade enables its feature, regardless of licenses in addition to a published plan', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(publishedCase, pick, ({ tenant, user }, at) => {
        const plans = getEntitlements(tenant);
        const offers = findUpgradable(plans.report(user)).flatMap(({ feature, upgrades }) =>
          selectUserPlans(upgrades).map(({ key }) => ({ feature, key })),
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
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const report = getEntitlements(tenant).report(user);
        const { minTiers, baseTiers } = findStart(report.plan);
        for (const { upgrades } of findUpgradable(report)) {
          const plans = selectUserPlans(upgrades);
          const steps = upgrades.flatMap((each) => (each.kind === 'user-plan' ? [each.steps] : []));
          expect(steps).toEqual(plans.map((plan) => stepsAbove(plan, baseTiers)).sort((a, b) => a - b));
          const wrong = plans.filter(
            (plan) =>
              !reaches(plan, minTiers) ||
              stepsAbove(plan, baseTiers) === 0 ||
              plans.some((other) => other !== plan && reaches(plan, other.tiers)),
          );
          expect(wrong).toEqual([]);
        }
      }),
      runs,
    );
  });
});
