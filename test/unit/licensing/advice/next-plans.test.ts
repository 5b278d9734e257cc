import { describe, expect, it } from 'vitest';
import { findNextPlans } from '../../../../src/licensing/advice/next-plans.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import type { PlanKey } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { assignedPlan } from '../fixtures/assigned-plans.ts';

function listNextPlans(key: PlanKey): readonly string[] {
  return findNextPlans(assignedPlan(key)).map((next) => next.plan);
}

const suite = (plan: SuitePlan | null): DetectedPlan => ({
  kind: 'suite',
  plan,
  by: { step: 'description', text: '' },
});

describe('findNextPlans', () => {
  it('raises one solution by one tier or adds one solution in Essential', () => {
    expect([...listNextPlans('sales-essential')].sort()).toEqual([
      'sales-essential+marketing-essential',
      'sales-essential+service-essential',
      'sales-premium',
    ]);
  });

  it('never lowers a tier', () => {
    expect(listNextPlans('sales-premium+service-premium+marketing-essential')).toEqual([
      'sales-premium+service-premium+marketing-premium',
    ]);
  });

  it('returns no options above the highest user plan and the highest Suite plan', () => {
    expect(listNextPlans('sales-premium+service-premium+marketing-premium')).toEqual([]);
    expect(findNextPlans(suite('super'))).toEqual([]);
  });

  it.each([
    ['starter', 'core'],
    ['core', 'growth'],
    ['growth', 'plus'],
    ['plus', 'super'],
  ] as const)('steps from the Suite plan %s to the Suite plan %s', (plan, next) => {
    expect(findNextPlans(suite(plan))).toEqual([{ kind: 'suite-plan', plan: next }]);
  });

  it.each<[string, DetectedPlan | null]>([
    ['an unknown plan', null],
    ['a Suite plan of unknown name', suite(null)],
    ['a user without a plan', { kind: 'no-plan', module: null }],
    ['an undocumented plan', { kind: 'undocumented-plan', module: 'x', description: '' }],
    [
      'a plan with an unknown tier',
      {
        kind: 'user-plan',
        plan: null,
        tiers: { sales: 'unknown', service: 'none', marketing: 'none' },
        modules: [],
        description: '',
        findings: [],
      },
    ],
  ])('returns no options for %s', (_case, plan) => {
    expect(findNextPlans(plan)).toEqual([]);
  });
});
