import { describe, expect, it } from 'vitest';
import {
  findPlanModule,
  getOldPlanSolutions,
  getPlanModuleSolutions,
  isOldPlanModule,
  isPlanModule,
} from '../../../../src/licensing/catalogue/plan-modules.ts';
import { perSolution, solutions, tierRank } from '../../../../src/licensing/catalogue/solutions.ts';
import {
  findUserPlan,
  getUserPlan,
  planKeys,
  userPlans,
} from '../../../../src/licensing/catalogue/user-plans.ts';

describe('user plans', () => {
  it('comprise 26 plans: six basic, twelve pairs, eight triples', () => {
    const sizes = userPlans.map((plan) => solutions.filter((each) => plan.tiers[each] !== 'none').length);
    expect(sizes.filter((size) => size === 1)).toHaveLength(6);
    expect(sizes.filter((size) => size === 2)).toHaveLength(12);
    expect(sizes.filter((size) => size === 3)).toHaveLength(8);
    expect(new Set(planKeys).size).toBe(26);
  });

  it('cover every combination of tiers', () => {
    const tiers = ['none', 'essential', 'premium'] as const;
    const mixes = tiers.flatMap((sales) =>
      tiers.flatMap((service) => tiers.map((marketing) => ({ sales, service, marketing }))),
    );
    const found = mixes.map((mix) => findUserPlan(mix)?.key);
    expect(found[0]).toBeUndefined();
    expect(new Set(found.slice(1))).toEqual(new Set(planKeys));
  });

  it('are labelled as SuperOffice writes them', () => {
    expect(getUserPlan('sales-essential').label).toBe('Sales-Essentials');
    expect(getUserPlan('sales-premium+service-essential+marketing-premium').label).toBe(
      'Sales-Premium + Service-Essentials + Marketing-Premium',
    );
  });

  it('record the tier of each solution', () => {
    expect(getUserPlan('service-premium+marketing-essential').tiers).toEqual({
      sales: 'none',
      service: 'premium',
      marketing: 'essential',
    });
  });

  it('do not match an unknown tier', () => {
    expect(findUserPlan({ sales: 'unknown', service: 'none', marketing: 'none' })).toBeNull();
  });
});

describe('plan modules', () => {
  it('map the 26 plans to seven module names', () => {
    const names = userPlans.map((plan) => findPlanModule(plan.tiers));
    expect(new Set(names)).toEqual(
      new Set([
        'ten-sales',
        'ten-service',
        'ten-marketing',
        'ten-salesservice',
        'ten-salesmarketing',
        'ten-servicemarketing',
        'ten-salesservicemarketing',
      ]),
    );
  });

  it('map each module name back to the solutions of its plan', () => {
    for (const { tiers } of userPlans) {
      const module = findPlanModule(tiers);
      expect(module && getPlanModuleSolutions(module)).toEqual(
        solutions.filter((each) => tiers[each] !== 'none'),
      );
    }
  });

  it('do not exist for a plan without a solution', () => {
    expect(findPlanModule(perSolution(() => 'none'))).toBeNull();
  });

  it('are distinguished from other modules', () => {
    expect(isPlanModule('ten-sales')).toBe(true);
    expect(isPlanModule('ten')).toBe(false);
    expect(isPlanModule('toString')).toBe(false);
  });

  it('include the user plans of version 8 and 9', () => {
    expect(isOldPlanModule('superlicense-complete')).toBe(true);
    expect(getOldPlanSolutions('superlicense-complete')).toEqual(['sales', 'service', 'marketing']);
    expect(getOldPlanSolutions('superlicense-contact-manager')).toEqual([]);
    expect(isOldPlanModule('superlicense-no-selection')).toBe(false);
    expect(isOldPlanModule('superlicense-ej-designer')).toBe(false);
  });
});

describe('tierRank', () => {
  it('ranks none, essential and premium one step apart', () => {
    expect([tierRank('none'), tierRank('essential'), tierRank('premium')]).toEqual([0, 1, 2]);
  });
});
