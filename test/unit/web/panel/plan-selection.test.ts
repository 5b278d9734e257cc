import { describe, expect, it } from 'vitest';
import {
  combinePlans,
  getMatrixPlans,
  getPlanParts,
  parsePlan,
  parsePlanSelection,
} from '../../../../src/web/panel/plan-selection.ts';

const userPlans = { model: 'user-plans', plan: null } as const;
const suite = { model: 'suite', plan: null } as const;

describe('plan selection', () => {
  it('combines the ticked plans, of which the higher tier of a solution counts', () => {
    expect(combinePlans([])).toBeNull();
    expect(combinePlans(['service-essential', 'sales-premium'])).toBe('sales-premium+service-essential');
    expect(combinePlans(['sales-essential', 'sales-premium'])).toBe('sales-premium');
    expect(combinePlans(['marketing-premium', 'sales-essential+service-premium'])).toBe(
      'sales-essential+service-premium+marketing-premium',
    );
    expect(combinePlans(['plus', 'core'])).toBe('plus');
  });

  it.each(getMatrixPlans(userPlans).flatMap((one) => getMatrixPlans(userPlans).map((other) => [one, other])))(
    'the parts of %s with %s combine to the same plan',
    (one, other) => {
      const combined = combinePlans([parsePlan(one, userPlans), parsePlan(other, userPlans)]);
      const parts = getPlanParts(combined ?? 'sales-essential').map((part) => parsePlan(part, userPlans));
      expect(combinePlans(parts)).toBe(combined);
    },
  );

  it('reads one plan, several plans and the filter from the query', () => {
    expect(parsePlanSelection({}, userPlans)).toEqual({
      chosen: null,
      basis: 'instead',
      contained: [],
      differencesOnly: false,
    });
    expect(parsePlanSelection({ plan: 'sales-premium', differences: 'on' }, userPlans)).toEqual({
      chosen: 'sales-premium',
      basis: 'instead',
      contained: [],
      differencesOnly: true,
    });
    const plan = ['sales-premium', 'service-essential'];
    expect(parsePlanSelection({ plan }, userPlans).chosen).toBe('sales-premium+service-essential');
    const withLesser = ['sales-essential', ...plan];
    expect(parsePlanSelection({ plan: withLesser }, userPlans)).toMatchObject({
      chosen: 'sales-premium+service-essential',
      contained: ['sales-essential'],
    });
  });

  it('accepts only plans of the license model of the tenant', () => {
    expect(parsePlan('plus', suite)).toBe('plus');
    expect(() => parsePlan('service-premium', suite)).toThrow('plan-unknown');
    for (const plan of ['plus', '', 'toString', ['service-premium', 'x'], null]) {
      expect(() => parsePlanSelection({ plan }, userPlans)).toThrow('plan-unknown');
    }
  });
});
