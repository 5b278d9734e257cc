import { describe, expect, it, vi } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { SuiteAvailability } from '../../../../src/licensing/catalogue/suite-availability.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { FeatureRule } from '../../../../src/licensing/entitlements/rules.ts';
import { memoizeUpgrades } from '../../../../src/licensing/entitlements/upgrade-cache.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import type { PurchasedPlans, Seat } from '../../../../src/licensing/plans/seat-availability.ts';
import { assignedPlan } from '../fixtures/assigned-plans.ts';
import { getRule } from '../fixtures/engine.ts';

const nothingPurchased: PurchasedPlans = { plans: [], seatIfNotPurchased: 'buy' };
const onSuite: DetectedPlan = { kind: 'suite', plan: 'starter', by: { step: 'description', text: '' } };

function salesPremiumWithSeat(seat: Seat): PurchasedPlans {
  const row = {
    name: 'ten-sales',
    set: [],
    description: '',
    purchased: 1,
    unrestricted: false,
    hidden: false,
    seats: null,
  };
  return { plans: [{ row, tiers: getUserPlan('sales-premium').tiers, seat }], seatIfNotPurchased: 'buy' };
}

describe('memoizeUpgrades', () => {
  it('returns no upgrades when no features are requested', () => {
    const findUpgrades = memoizeUpgrades(nothingPurchased, () => null);
    expect(findUpgrades([], assignedPlan('sales-essential'))).toEqual([]);
    expect(findUpgrades([], onSuite)).toEqual([]);
    expect(findUpgrades([], null)).toEqual([]);
  });

  it('computes each result once', () => {
    const findFeatures = vi.fn(() => null);
    const findUpgrades = memoizeUpgrades(nothingPurchased, findFeatures);
    const first = findUpgrades([getRule('saint')], assignedPlan('sales-essential'));
    const calls = findFeatures.mock.calls.length;
    expect(findUpgrades([getRule('saint')], assignedPlan('sales-essential'))).toBe(first);
    expect(findFeatures).toHaveBeenCalledTimes(calls);
    expect(first.map(({ plan }) => plan)).toEqual(['sales-premium', 'sales-essential+service-premium']);
  });

  it('separates results by requested features, license model and tiers', () => {
    const findUpgrades = memoizeUpgrades(nothingPurchased, () => null);
    const { tiers } = getUserPlan('sales-essential');
    const old: DetectedPlan = {
      kind: 'old-plan',
      module: 'superlicense-sales-pro',
      description: '',
      tiers,
    };
    const results = [
      findUpgrades([getRule('saint')], assignedPlan('sales-essential')),
      findUpgrades([getRule('mailings')], assignedPlan('sales-essential')),
      findUpgrades([getRule('saint'), getRule('mailings')], assignedPlan('sales-essential')),
      findUpgrades([getRule('saint')], assignedPlan('service-essential')),
      findUpgrades([getRule('saint')], old),
      findUpgrades([getRule('saint')], onSuite),
      findUpgrades([getRule('saint')], null),
    ];
    expect(new Set(results.map((each) => JSON.stringify(each))).size).toBe(results.length);
  });

  describe('on CRM Suite', () => {
    const requiring = (feature: FeatureKey, from: SuitePlan, possiblyFrom: SuitePlan | null): FeatureRule => {
      const suiteAvailability: SuiteAvailability = { from, possiblyFrom, confidence: 'inferred' };
      return { ...getRule(feature), suiteAvailability };
    };

    it.each<
      [string, [SuitePlan, SuitePlan | null], [SuitePlan, SuitePlan | null], [SuitePlan, SuitePlan | null]]
    >([
      ['the higher plan', ['core', null], ['growth', null], ['growth', null]],
      [
        'a lower plan that possibly includes both',
        ['plus', 'core'],
        ['super', 'growth'],
        ['super', 'growth'],
      ],
      ['no lower plan if one feature rules it out', ['plus', null], ['growth', 'core'], ['plus', null]],
      [
        'the certain plan of one as the possible plan of both',
        ['plus', 'core'],
        ['growth', null],
        ['plus', 'growth'],
      ],
      ['the plan that each requires', ['growth', 'core'], ['growth', 'core'], ['growth', 'core']],
    ])('combines the requirements of two features: %s', (_what, one, other, both) => {
      const findUpgrades = memoizeUpgrades(nothingPurchased, () => null);
      const [plan, possiblyFrom] = both;
      const rules = [requiring('saint', ...one), requiring('mailings', ...other)];
      expect(findUpgrades(rules, onSuite)).toEqual([{ kind: 'suite-plan', plan, possiblyFrom }]);
      expect(findUpgrades([...rules].reverse(), onSuite)).toEqual([
        { kind: 'suite-plan', plan, possiblyFrom },
      ]);
    });
  });

  describe('seat of an upgrade', () => {
    const seatFor = (purchasedPlans: PurchasedPlans, has: FeatureKey[] | null) => {
      const findFeatures = () => (has === null ? null : new Set(has));
      const [first] = memoizeUpgrades(purchasedPlans, findFeatures)(
        [getRule('quote-management')],
        assignedPlan('sales-essential'),
      );
      return first?.kind === 'user-plan' && first.plan === 'sales-premium' ? first.seat : first;
    };

    it('is free when the plan row of the tenant has the feature or its features are unknown', () => {
      expect(seatFor(salesPremiumWithSeat('assign'), ['quote-management'])).toBe('assign');
      expect(seatFor(salesPremiumWithSeat('assign'), null)).toBe('assign');
    });

    it('is uncertain when the plan row lacks one of several requested features', () => {
      const findFeatures = () => new Set<FeatureKey>(['quote-management']);
      const requestedFeatures = [getRule('quote-management'), getRule('stakeholders')];
      const [first] = memoizeUpgrades(salesPremiumWithSeat('assign'), findFeatures)(
        requestedFeatures,
        assignedPlan('sales-essential'),
      );
      expect(first).toMatchObject({ plan: 'sales-premium', seat: 'ask' });
    });

    it('is uncertain when the plan row lacks the feature, unless a seat must be purchased anyway', () => {
      expect(seatFor(salesPremiumWithSeat('assign'), ['saint'])).toBe('ask');
      expect(seatFor(salesPremiumWithSeat('by-use'), ['saint'])).toBe('ask');
      expect(seatFor(salesPremiumWithSeat('by-use'), ['quote-management'])).toBe('by-use');
      expect(seatFor(salesPremiumWithSeat('buy'), ['saint'])).toBe('buy');
    });
  });

  it('offers a plan whose tenant row has the feature beyond the catalogue, except the assigned plan', () => {
    const findFeatures = ({ key }: { key: PlanKey }) =>
      key === 'sales-essential' || key === 'sales-essential+service-essential'
        ? new Set(['quote-management'] as const)
        : null;
    const findUpgrades = memoizeUpgrades(nothingPurchased, findFeatures as never);
    const plans = findUpgrades([getRule('quote-management')], assignedPlan('sales-essential')).map(
      ({ plan }) => plan,
    );
    expect(plans).toContain('sales-essential+service-essential');
    expect(plans).toContain('sales-premium');
  });
});
