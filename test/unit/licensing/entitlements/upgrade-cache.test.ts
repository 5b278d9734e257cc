import { describe, expect, it, vi } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { getUserPlan, type UserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { FeatureRule } from '../../../../src/licensing/entitlements/rules.ts';
import { memoizeUpgrades, type TenantPlans } from '../../../../src/licensing/entitlements/upgrade-cache.ts';
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

const tenantPlans = (
  isInPurchasedPlan: TenantPlans['isInPurchasedPlan'],
  purchasedPlans = nothingPurchased,
  siteLicenses: readonly string[] = [],
): TenantPlans => ({ purchasedPlans, isInPurchasedPlan, siteLicenses: new Set(siteLicenses) });

describe('memoizeUpgrades', () => {
  it('a licensed add-on that also gives the feature makes the Essential tier sufficient', () => {
    const plansFor = (licenses: readonly string[]) =>
      memoizeUpgrades(tenantPlans(() => null, nothingPurchased, licenses))(
        [getRule('knowledge-base')],
        assignedPlan('sales-essential'),
      ).map(({ plan }) => plan);
    expect(plansFor([])).toEqual(['sales-essential+service-premium']);
    expect(plansFor(['cep'])).toEqual(['sales-essential+service-essential']);
  });

  it('returns no upgrades when no features are requested', () => {
    const findUpgrades = memoizeUpgrades(tenantPlans(() => null));
    expect(findUpgrades([], assignedPlan('sales-essential'))).toEqual([]);
    expect(findUpgrades([], onSuite)).toEqual([]);
    expect(findUpgrades([], null)).toEqual([]);
  });

  it('computes each result once', () => {
    const isIncluded = vi.fn(() => null);
    const findUpgrades = memoizeUpgrades(tenantPlans(isIncluded));
    const first = findUpgrades([getRule('saint')], assignedPlan('sales-essential'));
    const calls = isIncluded.mock.calls.length;
    expect(findUpgrades([getRule('saint')], assignedPlan('sales-essential'))).toBe(first);
    expect(isIncluded).toHaveBeenCalledTimes(calls);
    expect(first.map(({ plan }) => plan)).toEqual(['sales-premium', 'sales-essential+service-premium']);
  });

  it('separates results by requested features, license model and tiers', () => {
    const findUpgrades = memoizeUpgrades(tenantPlans(() => null));
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
    const requiring = (feature: FeatureKey, from: SuitePlan | null): FeatureRule => ({
      ...getRule(feature),
      suiteAvailability: from === null ? null : { from, confidence: 'inferred' },
    });

    it('names the higher of the plans that two features require, in any order', () => {
      const findUpgrades = memoizeUpgrades(tenantPlans(() => null));
      const rules = [requiring('saint', 'core'), requiring('mailings', 'growth')];
      expect(findUpgrades(rules, onSuite)).toEqual([{ kind: 'suite-plan', plan: 'growth' }]);
      expect(findUpgrades(rules.toReversed(), onSuite)).toEqual([{ kind: 'suite-plan', plan: 'growth' }]);
    });

    it('names no plan if no page names one for one of the features', () => {
      const findUpgrades = memoizeUpgrades(tenantPlans(() => null));
      const rules = [requiring('saint', 'core'), requiring('mailings', null)];
      expect(findUpgrades(rules, onSuite)).toEqual([]);
    });
  });

  describe('seat of an upgrade', () => {
    const seatFor = (purchasedPlans: PurchasedPlans, has: FeatureKey[] | null) => {
      const isIncluded = (_plan: UserPlan, { feature }: FeatureRule) => has?.includes(feature) ?? null;
      const [first] = memoizeUpgrades(tenantPlans(isIncluded, purchasedPlans))(
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
      const isIncluded = (_plan: UserPlan, { feature }: FeatureRule) => feature === 'quote-management';
      const requestedFeatures = [getRule('quote-management'), getRule('stakeholders')];
      const [first] = memoizeUpgrades(tenantPlans(isIncluded, salesPremiumWithSeat('assign')))(
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
    const isIncluded = ({ key }: UserPlan) =>
      key === 'sales-essential' || key === 'sales-essential+service-essential' ? true : null;
    const findUpgrades = memoizeUpgrades(tenantPlans(isIncluded));
    const plans = findUpgrades([getRule('quote-management')], assignedPlan('sales-essential')).map(
      ({ plan }) => plan,
    );
    expect(plans).toContain('sales-essential+service-essential');
    expect(plans).toContain('sales-premium');
  });
});
