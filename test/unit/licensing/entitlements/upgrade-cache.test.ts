import { describe, expect, it, vi } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { SuiteAvailability } from '../../../../src/licensing/catalogue/suite-availability.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { FeatureRule } from '../../../../src/licensing/entitlements/rules.ts';
import { memoizeUpgrades } from '../../../../src/licensing/entitlements/upgrade-cache.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import type { PurchasedPlans, Seat } from '../../../../src/licensing/plans/seat-availability.ts';
import { holding } from '../fixtures/assigned-plans.ts';
import { ruleOf } from '../fixtures/engine.ts';

const nothingSold: PurchasedPlans = { plans: [], seatIfNotPurchased: 'buy' };
const onSuite: DetectedPlan = { kind: 'suite', plan: 'starter', by: { step: 'description', text: '' } };

function salesPremiumAt(seat: Seat): PurchasedPlans {
  const row = {
    name: 'ten-sales',
    set: [],
    description: '',
    unrestricted: false,
    hidden: false,
    seats: null,
  };
  return { plans: [{ row, tiers: getUserPlan('sales-premium').tiers, seat }], seatIfNotPurchased: 'buy' };
}

describe('upgrade cache', () => {
  it('returns no upgrades when no features are requested', () => {
    const findUpgrades = memoizeUpgrades(nothingSold, () => null);
    expect(findUpgrades([], holding('sales-essential'))).toEqual([]);
    expect(findUpgrades([], onSuite)).toEqual([]);
    expect(findUpgrades([], null)).toEqual([]);
  });

  it('computes each result once', () => {
    const featuresOf = vi.fn(() => null);
    const findUpgrades = memoizeUpgrades(nothingSold, featuresOf);
    const first = findUpgrades([ruleOf('saint')], holding('sales-essential'));
    const asked = featuresOf.mock.calls.length;
    expect(findUpgrades([ruleOf('saint')], holding('sales-essential'))).toBe(first);
    expect(featuresOf).toHaveBeenCalledTimes(asked);
    expect(first.map(({ plan }) => plan)).toEqual(['sales-premium', 'sales-essential+service-premium']);
  });

  it('separates results by requested features, license model and tiers', () => {
    const findUpgrades = memoizeUpgrades(nothingSold, () => null);
    const { tiers } = getUserPlan('sales-essential');
    const old: DetectedPlan = {
      kind: 'old-plan',
      module: 'superlicense-sales-pro',
      description: '',
      tiers,
    };
    const answers = [
      findUpgrades([ruleOf('saint')], holding('sales-essential')),
      findUpgrades([ruleOf('mailings')], holding('sales-essential')),
      findUpgrades([ruleOf('saint'), ruleOf('mailings')], holding('sales-essential')),
      findUpgrades([ruleOf('saint')], holding('service-essential')),
      findUpgrades([ruleOf('saint')], old),
      findUpgrades([ruleOf('saint')], onSuite),
      findUpgrades([ruleOf('saint')], null),
    ];
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(answers.length);
  });

  describe('on CRM Suite', () => {
    const needing = (feature: FeatureKey, from: SuitePlan, possiblyFrom: SuitePlan | null): FeatureRule => {
      const suiteAvailability: SuiteAvailability = { from, possiblyFrom, confidence: 'inferred' };
      return { ...ruleOf(feature), suiteAvailability };
    };

    it.each<
      [string, [SuitePlan, SuitePlan | null], [SuitePlan, SuitePlan | null], [SuitePlan, SuitePlan | null]]
    >([
      ['the higher plan', ['core', null], ['growth', null], ['growth', null]],
      ['a lesser one that may do for both', ['plus', 'core'], ['super', 'growth'], ['super', 'growth']],
      ['none that would not do for the other', ['plus', null], ['growth', 'core'], ['plus', null]],
      ['the sure plan of the other', ['plus', 'core'], ['growth', null], ['plus', 'growth']],
      ['the plan both need', ['growth', 'core'], ['growth', 'core'], ['growth', 'core']],
    ])('requires for two features together %s', (_what, one, other, both) => {
      const findUpgrades = memoizeUpgrades(nothingSold, () => null);
      const [plan, possiblyFrom] = both;
      const rules = [needing('saint', ...one), needing('mailings', ...other)];
      expect(findUpgrades(rules, onSuite)).toEqual([{ kind: 'suite-plan', plan, possiblyFrom }]);
      expect(findUpgrades([...rules].reverse(), onSuite)).toEqual([
        { kind: 'suite-plan', plan, possiblyFrom },
      ]);
    });
  });

  describe('seat of an upgrade', () => {
    const seatFor = (purchasedPlans: PurchasedPlans, has: FeatureKey[] | null) => {
      const featuresOf = () => (has === null ? null : new Set(has));
      const [first] = memoizeUpgrades(purchasedPlans, featuresOf)(
        [ruleOf('quote-management')],
        holding('sales-essential'),
      );
      return first?.kind === 'user-plan' && first.plan === 'sales-premium' ? first.seat : first;
    };

    it('is free when the plan row of the tenant has the feature or its features are unknown', () => {
      expect(seatFor(salesPremiumAt('assign'), ['quote-management'])).toBe('assign');
      expect(seatFor(salesPremiumAt('assign'), null)).toBe('assign');
    });

    it('is uncertain when the plan row lacks one of several requested features', () => {
      const featuresOf = () => new Set<FeatureKey>(['quote-management']);
      const requestedFeatures = [ruleOf('quote-management'), ruleOf('stakeholders')];
      const [first] = memoizeUpgrades(salesPremiumAt('assign'), featuresOf)(
        requestedFeatures,
        holding('sales-essential'),
      );
      expect(first).toMatchObject({ plan: 'sales-premium', seat: 'ask' });
    });

    it('is uncertain when the plan row lacks the feature, unless a seat must be purchased anyway', () => {
      expect(seatFor(salesPremiumAt('assign'), ['saint'])).toBe('ask');
      expect(seatFor(salesPremiumAt('buy'), ['saint'])).toBe('buy');
    });
  });

  it('offers a plan whose tenant row has the feature beyond the catalogue, except the assigned plan', () => {
    const featuresOf = ({ key }: { key: PlanKey }) =>
      key === 'sales-essential' || key === 'sales-essential+service-essential'
        ? new Set(['quote-management'] as const)
        : null;
    const findUpgrades = memoizeUpgrades(nothingSold, featuresOf as never);
    const plans = findUpgrades([ruleOf('quote-management')], holding('sales-essential')).map(
      ({ plan }) => plan,
    );
    expect(plans).toContain('sales-essential+service-essential');
    expect(plans).toContain('sales-premium');
  });
});
