import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  type DetectedTier,
  type PerSolution,
  type PlanTier,
  type Solution,
  solutions,
  tierRank,
} from '../../../../src/licensing/catalogue/solutions.ts';
import {
  getUserPlan,
  type PlanKey,
  type UserPlan,
  userPlans,
} from '../../../../src/licensing/catalogue/user-plans.ts';
import { memoizeDecisions } from '../../../../src/licensing/entitlements/decision-cache.ts';
import { findPlanInclusion } from '../../../../src/licensing/entitlements/plan-inclusion.ts';
import { createPurchasedPlanFeatures } from '../../../../src/licensing/entitlements/purchased-plan-features.ts';
import { memoizeUpgrades } from '../../../../src/licensing/entitlements/upgrade-cache.ts';
import { indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import {
  findMinimalPlans,
  findPossiblePlans,
  includesSection,
  type Upgrade,
} from '../../../../src/licensing/plans/minimal-upgrades.ts';
import { findPurchasedPlans } from '../../../../src/licensing/plans/seat-availability.ts';
import { assumptions, getRule, rules } from '../fixtures/engine.ts';
import { moduleLicense, tenantWith } from '../fixtures/tenants.ts';

function assignedPlan(tiers: PerSolution<DetectedTier>): DetectedPlan {
  return { kind: 'user-plan', plan: null, tiers, modules: [], description: '', findings: [] };
}

function offers(feature: FeatureKey, assigned: DetectedPlan | null) {
  const listed = ({ tiers }: UserPlan) => getFeatureRows(feature).some((row) => includesSection(tiers, row));
  return findMinimalPlans(findPossiblePlans(assigned), listed).map((each) => ({
    ...each,
    plan: each.plan.key,
  }));
}

function offered(feature: FeatureKey, assigned: PlanKey) {
  return offers(feature, assignedPlan(getUserPlan(assigned).tiers)).map(({ plan, steps }) => [plan, steps]);
}

describe('findMinimalPlans', () => {
  it.each([
    ['knowledge-base', 'sales-premium', [['sales-premium+service-premium', 2]]],
    ['knowledge-base', 'service-essential', [['service-premium', 1]]],
    [
      'mailings',
      'sales-premium+service-essential',
      [['sales-premium+service-essential+marketing-essential', 1]],
    ],
    ['quote-management', 'sales-essential', [['sales-premium', 1]]],
  ] as const)('finds the minimal plans that add %s to %s', (feature, assigned, plans) => {
    expect(offered(feature, assigned)).toEqual(plans);
  });

  it('lists all minimal plans, fewest steps first', () => {
    expect(offered('project-management', 'service-essential')).toEqual([
      ['service-premium', 1],
      ['service-essential+marketing-essential', 1],
      ['sales-premium+service-essential', 2],
    ]);
  });

  it('offers any basic plan for a common feature to a user without a plan', () => {
    const plans = offers('relations', { kind: 'no-plan', module: null });
    expect(plans.map(({ plan }) => plan)).toEqual([
      'sales-essential',
      'service-essential',
      'marketing-essential',
    ]);
  });

  it('offers nothing for a feature that the plan already contains', () => {
    expect(offered('sales-forecasting', 'sales-premium')).toEqual([]);
    expect(offered('relations', 'service-essential')).toEqual([]);
    expect(offered('saint', 'sales-premium')).toEqual([]);
  });

  it('treats an unknown tier as essential at minimum and reports the assumption', () => {
    const assigned = assignedPlan({ sales: 'unknown', service: 'none', marketing: 'none' });
    expect(offers('request-management', assigned)).toEqual([
      {
        plan: 'sales-essential+service-essential',
        steps: 1,
        assumedEssential: ['sales'],
      },
    ]);
  });

  it('keeps the solutions of an old plan and does not count their tiers as steps', () => {
    const assigned: DetectedPlan = {
      kind: 'old-plan',
      module: 'superlicense-sales-pro',
      tiers: { sales: 'unknown', service: 'none', marketing: 'none' },
      description: '',
    };
    expect(offers('sales-forecasting', assigned).map(({ plan, steps }) => [plan, steps])).toEqual([
      ['sales-essential', 1],
    ]);
    expect(offers('mailings', assigned).map(({ plan }) => plan)).toEqual([
      'sales-essential+marketing-essential',
    ]);
  });

  const anyPlan = fc.constantFrom(...userPlans);
  const anyFeature = fc.constantFrom(...featureKeys);

  function contains(tiers: PerSolution<DetectedTier>, feature: FeatureKey): boolean {
    const [row, ...rest] = getFeatureRows(feature);
    return row !== undefined && findPlanInclusion([row, ...rest], assignedPlan(tiers)).inclusion === 'yes';
  }

  function lowerTier(tiers: PerSolution<PlanTier>, solution: Solution): PerSolution<PlanTier> {
    return { ...tiers, [solution]: tiers[solution] === 'premium' ? 'essential' : 'none' };
  }

  function keeps(tiers: PerSolution<PlanTier>, assigned: PerSolution<PlanTier>): boolean {
    return solutions.every((each) => tierRank(tiers[each]) >= tierRank(assigned[each]));
  }

  it('keeps every tier, adds the feature and cannot be reduced further', () => {
    fc.assert(
      fc.property(anyPlan, anyFeature, (assigned, feature) => {
        for (const { plan, steps } of offers(feature, assignedPlan(assigned.tiers))) {
          const { tiers } = getUserPlan(plan);
          const reduced = solutions
            .filter((each) => tiers[each] !== 'none')
            .map((each) => lowerTier(tiers, each))
            .filter((each) => keeps(each, assigned.tiers));
          expect(keeps(tiers, assigned.tiers)).toBe(true);
          expect(contains(tiers, feature)).toBe(true);
          expect(reduced.filter((each) => contains(each, feature))).toEqual([]);
          expect(steps).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('offers a plan exactly when the assigned plan lacks the feature', () => {
    fc.assert(
      fc.property(anyPlan, anyFeature, (assigned, feature) => {
        const found = offers(feature, assignedPlan(assigned.tiers));
        expect(found.length > 0).toBe(!contains(assigned.tiers, feature));
      }),
    );
  });

  it('lists first a plan with the fewest steps of all 26', () => {
    fc.assert(
      fc.property(anyPlan, anyFeature, (assigned, feature) => {
        const candidates = userPlans.filter(
          (each) => keeps(each.tiers, assigned.tiers) && contains(each.tiers, feature),
        );
        const steps = (to: PerSolution<PlanTier>) =>
          solutions.reduce((sum, each) => sum + tierRank(to[each]) - tierRank(assigned.tiers[each]), 0);
        const [first] = offers(feature, assignedPlan(assigned.tiers));
        expect(first?.steps ?? 0).toBe(Math.min(...candidates.map((plan) => steps(plan.tiers))));
      }),
    );
  });
});

describe('memoizeUpgrades with the plans of a tenant', () => {
  const listSeats = (upgrades: readonly Upgrade[]) =>
    upgrades.map((each) => (each.kind === 'user-plan' ? [each.plan, each.seat] : []));
  const freeService = moduleLicense({
    name: 'ten-service',
    description: 'Service Premium',
    scope: 'user',
    extraFlags: 1,
    hidden: false,
    seats: { inUse: 0, free: 1 },
  });
  const tenant = indexTenantLicenses(tenantWith(freeService, moduleLicense({ name: 'saint' })));
  const purchasedPlans = findPurchasedPlans(tenant, assumptions);
  const findUpgrades = memoizeUpgrades({
    purchasedPlans,
    isInPurchasedPlan: createPurchasedPlanFeatures(tenant, purchasedPlans, memoizeDecisions(rules)),
    siteLicenses: tenant.modules,
  });
  const onSuite: DetectedPlan = { kind: 'suite', plan: 'starter', by: { step: 'description', text: '' } };

  it('reports the seat availability of each plan', () => {
    expect(listSeats(findUpgrades([getRule('saint')], null))).toEqual([
      ['sales-premium', 'buy'],
      ['service-premium', 'assign'],
    ]);
  });

  it('does not promise a free seat when a site license is missing', () => {
    const withoutSiteLicense = indexTenantLicenses(tenantWith(freeService, moduleLicense({ name: 'sale' })));
    const findUncertainUpgrades = memoizeUpgrades({
      purchasedPlans,
      isInPurchasedPlan: createPurchasedPlanFeatures(
        withoutSiteLicense,
        purchasedPlans,
        memoizeDecisions(rules),
      ),
      siteLicenses: withoutSiteLicense.modules,
    });
    expect(listSeats(findUncertainUpgrades([getRule('saint')], null))).toEqual([
      ['sales-premium', 'buy'],
      ['service-premium', 'ask'],
    ]);
  });

  it('offers nothing when no features are requested', () => {
    expect(findUpgrades([], null)).toEqual([]);
    expect(findUpgrades([], onSuite)).toEqual([]);
  });

  it('caches the result for each set of requested features and plan', () => {
    const salesPlan = assignedPlan(getUserPlan('sales-essential').tiers);
    const result = findUpgrades([getRule('saint')], salesPlan);
    expect(findUpgrades([getRule('saint')], assignedPlan(getUserPlan('sales-essential').tiers))).toBe(result);
    expect(findUpgrades([getRule('mailings')], salesPlan)).not.toEqual(result);
    expect(
      findUpgrades([getRule('saint')], assignedPlan(getUserPlan('service-essential').tiers)),
    ).not.toEqual(result);
    expect(findUpgrades([getRule('saint')], onSuite)).not.toEqual(result);
  });

  it('names the Suite plan that has all requested features', () => {
    expect(findUpgrades([getRule('quote-management'), getRule('saint')], onSuite)).toEqual([
      { kind: 'suite-plan', plan: 'growth' },
    ]);
    expect(findUpgrades([getRule('saint'), getRule('marketing-automation')], onSuite)).toEqual([
      { kind: 'suite-plan', plan: 'plus' },
    ]);
    expect(findUpgrades([getRule('relations'), getRule('quote-management')], onSuite)).toEqual([
      { kind: 'suite-plan', plan: 'growth' },
    ]);
  });
});
