import { describe, expect, it } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  findFeatureLimit,
  type SuiteLimit,
  suiteLimitNames,
  suiteLimits,
} from '../../../../src/licensing/catalogue/suite-limits.ts';
import {
  isSuitePlanAtLeast,
  type SuitePlan,
  suitePlans,
} from '../../../../src/licensing/catalogue/suite-plans.ts';
import { assumptions, rules } from '../fixtures/engine.ts';

function findLimit(feature: FeatureKey, plan: SuitePlan) {
  return findFeatureLimit(feature, plan, assumptions.suite.limitedFeatures);
}

const asNumber = (limit: SuiteLimit) => (limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit);

describe('published Suite plan limits', () => {
  it.each([
    ['starter', 3, 0, 0, 0],
    ['core', 'unlimited', 100, 0, 0],
    ['growth', 'unlimited', 'unlimited', 15, 0],
    ['plus', 'unlimited', 'unlimited', 'unlimited', 10],
    ['super', 'unlimited', 'unlimited', 'unlimited', 'unlimited'],
  ] as const)('%s allows %s dashboards, %s projects, %s custom objects, %s flows', (plan, ...limits) => {
    expect(suiteLimitNames.map((name) => suiteLimits[plan][name])).toEqual(limits);
    expect(Object.keys(suiteLimits[plan])).toHaveLength(4);
  });

  it('are never lower on a higher plan', () => {
    for (const name of suiteLimitNames) {
      const limits = suitePlans.map((plan) => asNumber(suiteLimits[plan][name]));
      expect(limits).toEqual(limits.toSorted((a, b) => a - b));
    }
  });
});

describe('findFeatureLimit', () => {
  it.each([
    ['project-management', 'starter', 'active-projects', 0, 'documented'],
    ['project-management', 'core', 'active-projects', 100, 'documented'],
    ['marketing-automation', 'growth', 'active-marketing-flows', 0, 'documented'],
    ['marketing-automation', 'plus', 'active-marketing-flows', 10, 'documented'],
    ['dashboards-default-charts', 'starter', 'dashboards', 3, 'inferred'],
    ['dashboards-default-tiles', 'starter', 'dashboards', 3, 'inferred'],
  ] as const)('limits %s on %s by %s to %i', (feature, plan, name, maximum, confidence) => {
    expect(findLimit(feature, plan)).toEqual({ name, maximum, confidence });
  });

  it.each([
    ['project-management', 'growth'],
    ['marketing-automation', 'super'],
    ['dashboards-default-charts', 'core'],
    ['custom-fields', 'starter'],
    ['mailings', 'growth'],
  ] as const)('returns no limit for %s on %s', (feature, plan) => {
    expect(findLimit(feature, plan)).toBeNull();
  });

  it('returns 0 only if the plan lacks the feature, and always then for projects and flows', () => {
    for (const plan of suitePlans) {
      for (const { feature, suiteAvailability } of rules.features.values()) {
        const maximum = findLimit(feature, plan)?.maximum;
        const has = suiteAvailability !== null && isSuitePlanAtLeast(plan, suiteAvailability.from);
        if (maximum === 0) expect(has).toBe(false);
        if (feature === 'project-management' || feature === 'marketing-automation') {
          expect(maximum === 0).toBe(!has);
        }
      }
    }
  });
});
