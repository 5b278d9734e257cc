import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  type FencingReading,
  featureLimit,
  judgeFencing,
  judgeUse,
  type SuiteLimit,
  suiteLimitNames,
  suiteLimits,
} from '../../../../src/licensing/catalogue/suite-limits.ts';
import { type SuitePlan, suitePlans, suiteReaches } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { assumptions, rules } from '../fixtures/engine.ts';

function findLimit(feature: FeatureKey, plan: SuitePlan) {
  return featureLimit(feature, plan, assumptions.suite.limitedFeatures);
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

  // judgeFencing rests on this.
  it.each(suitePlans)('use no number except 0 twice on %s', (plan) => {
    const counted = suiteLimitNames
      .map((name) => suiteLimits[plan][name])
      .filter((limit) => limit !== 'unlimited' && limit !== 0);
    expect(new Set(counted).size).toBe(counted.length);
  });
});

describe('featureLimit', () => {
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
        const has = suiteReaches(plan, suiteAvailability.from);
        if (maximum === 0) expect(has).toBe(false);
        if (feature === 'project-management' || feature === 'marketing-automation') {
          expect(maximum === 0).toBe(!has);
        }
      }
    }
  });
});

describe('judgeUse', () => {
  it.each([
    [0, 100, 'free'],
    [1, 100, 'free'],
    [84, 100, 'free'],
    [85, 100, 'near'],
    [99, 100, 'near'],
    [100, 100, 'reached'],
    [101, 100, 'reached'],
    [12, 15, 'free'],
    [13, 15, 'near'],
    [15, 15, 'reached'],
    [8, 10, 'free'],
    [9, 10, 'near'],
    [10, 10, 'reached'],
    [2, 3, 'free'],
    [3, 3, 'reached'],
    [17, 20, 'near'],
    [16, 20, 'free'],
    [0, 0, 'reached'],
    [4, 0, 'reached'],
    [0, 1, 'free'],
    [0, 'unlimited', 'free'],
    [1_000_000, 'unlimited', 'free'],
  ] as const)('rates %i of %s as %s', (count, limit, use) => {
    expect(judgeUse(count, limit)).toBe(use);
  });

  it.each([
    [-1, 100],
    [1.5, 100],
    [Number.NaN, 100],
    [Number.POSITIVE_INFINITY, 100],
    [-1, 'unlimited'],
    [Number.NaN, 'unlimited'],
    [1, -1],
    [1, Number.NaN],
    [1, 2.5],
  ] as const)('returns null for %d of %s because one of them is not a count', (count, limit) => {
    expect(judgeUse(count, limit)).toBeNull();
  });

  it('never returns a better rating for a higher count', () => {
    const order = ['free', 'near', 'reached'];
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 1000 }), (count, limit) => {
        const [now, then] = [judgeUse(count, limit), judgeUse(count + 1, limit)].map((use) =>
          order.indexOf(use ?? ''),
        );
        expect(now).toBeGreaterThanOrEqual(0);
        expect(then).toBeGreaterThanOrEqual(now ?? 3);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('judgeFencing', () => {
  const reading = (told: Partial<FencingReading>): FencingReading => ({
    activeCount: 1,
    maximum: 100,
    isNearing: false,
    hasReached: false,
    ...told,
  });

  it.each([
    ['core', 100, 'active-projects'],
    ['starter', 3, 'dashboards'],
    ['growth', 15, 'custom-objects'],
    ['plus', 10, 'active-marketing-flows'],
  ] as const)('infers on %s that a maximum of %i belongs to %s', (plan, maximum, name) => {
    expect(judgeFencing(reading({ maximum }), plan).limit).toEqual({
      known: true,
      name,
      confidence: 'inferred',
    });
  });

  it.each([
    [null, 100, 'suite-plan-unknown'],
    [null, 0, 'suite-plan-unknown'],
    ['core', 0, 'maximum-zero'],
    ['starter', 0, 'maximum-zero'],
    // The one limit of 0 on Growth: still, 0 may be how "unlimited" is written.
    ['growth', 0, 'maximum-zero'],
    ['super', 0, 'maximum-zero'],
    ['core', 99, 'maximum-in-no-limit'],
    ['core', -1, 'maximum-in-no-limit'],
    ['core', Number.NaN, 'maximum-in-no-limit'],
    ['starter', 100, 'maximum-in-no-limit'],
    ['growth', 100, 'maximum-in-no-limit'],
    ['plus', 15, 'maximum-in-no-limit'],
    ['super', 10, 'maximum-in-no-limit'],
  ] as const)('does not identify the limit on %s with a maximum of %i: %s', (plan, maximum, reason) => {
    expect(judgeFencing(reading({ maximum }), plan).limit).toEqual({ known: false, reason });
  });

  it.each([
    // The published Suite Core tenant, and the documented example.
    [97, 100, true, false, 'near', true],
    [86, 100, true, false, 'near', true],
    [1, 100, false, false, 'free', true],
    [100, 100, true, true, 'reached', true],
    [100, 100, false, true, 'reached', true],
    // Its flags decide, where its numbers say otherwise.
    [97, 100, false, false, 'free', false],
    [1, 100, true, false, 'near', false],
    [99, 100, true, true, 'reached', false],
    [0, 0, false, false, 'free', false],
    [0, 0, false, true, 'reached', true],
    [-1, 100, false, false, 'free', false],
    [1, -1, false, false, 'free', false],
  ] as const)('%i of %i, nearing %s, reached %s: the flags decide and the rating is %s', (...told) => {
    const [activeCount, maximum, isNearing, hasReached, use, consistent] = told;
    const verdict = judgeFencing({ activeCount, maximum, isNearing, hasReached }, 'core');
    expect({ use: verdict.use, consistent: verdict.consistent }).toEqual({ use, consistent });
  });

  it('names a limit only if the plan has exactly one limit with this maximum', () => {
    const plan = fc.constantFrom(...suitePlans);
    const maximum = fc.oneof(fc.constantFrom(0, 3, 10, 15, 100, -1), fc.integer(), fc.double());
    fc.assert(
      fc.property(plan, maximum, fc.boolean(), fc.boolean(), (on, most, isNearing, hasReached) => {
        const { limit } = judgeFencing(reading({ maximum: most, isNearing, hasReached }), on);
        const fitting = suiteLimitNames.filter((name) => suiteLimits[on][name] === most);
        if (limit.known) expect(fitting).toEqual([limit.name]);
        else expect(fitting.filter(() => most !== 0)).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
  });
});
