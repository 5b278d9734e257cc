import { describe, expect, it, vi } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { SuiteNeed } from '../../../../src/licensing/catalogue/suite-availability.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { type PlanKey, planOf } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { FeatureRule } from '../../../../src/licensing/entitlements/rules.ts';
import { rememberedUpgrades } from '../../../../src/licensing/entitlements/upgrade-cache.ts';
import type { RecognisedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import type { Seat, SoldPlans } from '../../../../src/licensing/plans/seat-availability.ts';
import { holding } from '../fixtures/assigned-plans.ts';
import { ruleOf } from '../fixtures/engine.ts';

const nothingSold: SoldPlans = { plans: [], otherwise: 'buy' };
const onSuite: RecognisedPlan = { kind: 'suite', plan: 'starter', by: { step: 'description', text: '' } };

function salesPremiumAt(seat: Seat): SoldPlans {
  const row = {
    name: 'ten-sales',
    set: [],
    description: '',
    unrestricted: false,
    hidden: false,
    seats: null,
  };
  return { plans: [{ row, tiers: planOf('sales-premium').tiers, seat }], otherwise: 'buy' };
}

describe('rememberedUpgrades', () => {
  it('knows none for no wish', () => {
    const upgradesTo = rememberedUpgrades(nothingSold, () => null);
    expect(upgradesTo([], holding('sales-essential'))).toEqual([]);
    expect(upgradesTo([], onSuite)).toEqual([]);
    expect(upgradesTo([], null)).toEqual([]);
  });

  it('finds each answer once', () => {
    const featuresOf = vi.fn(() => null);
    const upgradesTo = rememberedUpgrades(nothingSold, featuresOf);
    const first = upgradesTo([ruleOf('saint')], holding('sales-essential'));
    const asked = featuresOf.mock.calls.length;
    expect(upgradesTo([ruleOf('saint')], holding('sales-essential'))).toBe(first);
    expect(featuresOf).toHaveBeenCalledTimes(asked);
    expect(first.map(({ plan }) => plan)).toEqual(['sales-premium', 'sales-essential+service-premium']);
  });

  it('tells wishes apart, and what is held by its model and its tiers', () => {
    const upgradesTo = rememberedUpgrades(nothingSold, () => null);
    const { tiers } = planOf('sales-essential');
    const old: RecognisedPlan = {
      kind: 'old-plan',
      module: 'superlicense-sales-pro',
      description: '',
      tiers,
    };
    const answers = [
      upgradesTo([ruleOf('saint')], holding('sales-essential')),
      upgradesTo([ruleOf('mailings')], holding('sales-essential')),
      upgradesTo([ruleOf('saint'), ruleOf('mailings')], holding('sales-essential')),
      upgradesTo([ruleOf('saint')], holding('service-essential')),
      upgradesTo([ruleOf('saint')], old),
      upgradesTo([ruleOf('saint')], onSuite),
      upgradesTo([ruleOf('saint')], null),
    ];
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(answers.length);
  });

  describe('on CRM Suite', () => {
    const needing = (feature: FeatureKey, from: SuitePlan, perhapsFrom: SuitePlan | null): FeatureRule => {
      const suiteNeed: SuiteNeed = { from, perhapsFrom, confidence: 'inferred' };
      return { ...ruleOf(feature), suiteNeed };
    };

    it.each<
      [string, [SuitePlan, SuitePlan | null], [SuitePlan, SuitePlan | null], [SuitePlan, SuitePlan | null]]
    >([
      ['the higher plan', ['core', null], ['growth', null], ['growth', null]],
      ['a lesser one that may do for both', ['plus', 'core'], ['super', 'growth'], ['super', 'growth']],
      ['none that would not do for the other', ['plus', null], ['growth', 'core'], ['plus', null]],
      ['the sure plan of the other', ['plus', 'core'], ['growth', null], ['plus', 'growth']],
      ['the plan both need', ['growth', 'core'], ['growth', 'core'], ['growth', 'core']],
    ])('two features together need %s', (_what, one, other, both) => {
      const upgradesTo = rememberedUpgrades(nothingSold, () => null);
      const [plan, perhapsFrom] = both;
      const rules = [needing('saint', ...one), needing('mailings', ...other)];
      expect(upgradesTo(rules, onSuite)).toEqual([{ kind: 'suite-plan', plan, perhapsFrom }]);
      expect(upgradesTo([...rules].reverse(), onSuite)).toEqual([{ kind: 'suite-plan', plan, perhapsFrom }]);
    });
  });

  describe('the seat', () => {
    const seatFor = (sold: SoldPlans, has: FeatureKey[] | null) => {
      const featuresOf = () => (has === null ? null : new Set(has));
      const [first] = rememberedUpgrades(sold, featuresOf)(
        [ruleOf('quote-management')],
        holding('sales-essential'),
      );
      return first?.kind === 'user-plan' && first.plan === 'sales-premium' ? first.seat : first;
    };

    it('is free where the tenant’s own row of the plan has the feature, or nobody knows what it has', () => {
      expect(seatFor(salesPremiumAt('assign'), ['quote-management'])).toBe('assign');
      expect(seatFor(salesPremiumAt('assign'), null)).toBe('assign');
    });

    it('has to be asked for where the row lacks one of several', () => {
      const featuresOf = () => new Set<FeatureKey>(['quote-management']);
      const wished = [ruleOf('quote-management'), ruleOf('stakeholders')];
      const [first] = rememberedUpgrades(salesPremiumAt('assign'), featuresOf)(
        wished,
        holding('sales-essential'),
      );
      expect(first).toMatchObject({ plan: 'sales-premium', seat: 'ask' });
    });

    it('has to be asked for where that row lacks it, and bought where it has to be bought anyway', () => {
      expect(seatFor(salesPremiumAt('assign'), ['saint'])).toBe('ask');
      expect(seatFor(salesPremiumAt('buy'), ['saint'])).toBe('buy');
    });
  });

  it('takes what the tenant’s own row of a plan has beyond the published for a way, but not the plan held', () => {
    const featuresOf = ({ key }: { key: PlanKey }) =>
      key === 'sales-essential' || key === 'sales-essential+service-essential'
        ? new Set(['quote-management'] as const)
        : null;
    const upgradesTo = rememberedUpgrades(nothingSold, featuresOf as never);
    const plans = upgradesTo([ruleOf('quote-management')], holding('sales-essential')).map(
      ({ plan }) => plan,
    );
    expect(plans).toContain('sales-essential+service-essential');
    expect(plans).toContain('sales-premium');
  });
});
