import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSuiteTarget, type SuiteTarget } from '../../../../src/licensing/advice/suite-target.ts';
import type { OldPlanModule } from '../../../../src/licensing/catalogue/plan-modules.ts';
import type { DetectedTier } from '../../../../src/licensing/catalogue/solutions.ts';
import {
  isSuitePlanAtLeast,
  type SuitePlan,
  suitePlans,
} from '../../../../src/licensing/catalogue/suite-plans.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { scaleRuns } from '../../../support/long-form.ts';
import { reportEntitlements } from '../fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../fixtures/tenants.ts';

type AssignedPlan = DetectedPlan | null;

function userPlan(sales: DetectedTier, service: DetectedTier, marketing: DetectedTier): AssignedPlan {
  const tiers = { sales, service, marketing };
  return { kind: 'user-plan', plan: null, tiers, modules: [], description: '', findings: [] };
}

function oldPlan(module: OldPlanModule): AssignedPlan {
  const tiers = { sales: 'none', service: 'none', marketing: 'none' } as const;
  return { kind: 'old-plan', module, tiers, description: '' };
}

const undocumented: AssignedPlan = {
  kind: 'undocumented-plan',
  module: 'ten-finance',
  description: 'Finance',
};
const noPlan: AssignedPlan = { kind: 'no-plan', module: null };

function onSuite(plan: SuitePlan | null): AssignedPlan {
  return { kind: 'suite', plan, by: { step: 'description', text: 'CRM Suite' } };
}

function getBounds(target: SuiteTarget): readonly [SuitePlan, SuitePlan] | null {
  if (target.kind === 'plan') return [target.plan, target.plan];
  return target.kind === 'range' ? [target.atLeast, target.atMost] : null;
}

describe('findSuiteTarget by the published table', () => {
  it.each([
    ['sales', 'essential', 'core'],
    ['service', 'essential', 'core'],
    ['marketing', 'essential', 'growth'],
    ['sales', 'premium', 'growth'],
    ['service', 'premium', 'growth'],
    ['marketing', 'premium', 'plus'],
  ] as const)('%s %s leads to %s', (solution, tier, plan) => {
    const tierFor = (each: string) => (each === solution ? tier : 'none');
    expect(findSuiteTarget([userPlan(tierFor('sales'), tierFor('service'), tierFor('marketing'))])).toEqual({
      kind: 'plan',
      plan,
      by: [{ solution, tier }],
      unknown: [],
      confidence: 'documented',
    });
  });

  it.each([
    ['essential', 'essential', 'none', 'core', ['sales essential', 'service essential']],
    ['premium', 'essential', 'none', 'growth', ['sales premium']],
    ['essential', 'none', 'essential', 'growth', ['marketing essential']],
    [
      'premium',
      'premium',
      'essential',
      'growth',
      ['sales premium', 'service premium', 'marketing essential'],
    ],
    ['premium', 'premium', 'premium', 'plus', ['marketing premium']],
    ['essential', 'none', 'premium', 'plus', ['marketing premium']],
  ] as const)(
    'decides by the highest tier of one user with %s, %s, %s: %s',
    (sales, service, marketing, plan, by) => {
      const target = findSuiteTarget([userPlan(sales, service, marketing)]);
      expect(target).toMatchObject({ kind: 'plan', plan });
      const named =
        target.kind === 'plan' ? target.by.map(({ solution, tier }) => `${solution} ${tier}`) : [];
      expect(named).toEqual(by);
    },
  );

  it('applies the highest tier of any user to the whole tenant', () => {
    const many = Array.from({ length: 40 }, () => userPlan('essential', 'none', 'none'));
    expect(findSuiteTarget([...many, noPlan])).toMatchObject({ kind: 'plan', plan: 'core' });
    expect(findSuiteTarget([...many, userPlan('none', 'premium', 'none')])).toMatchObject({ plan: 'growth' });
    const both = [...many, userPlan('premium', 'none', 'none'), userPlan('none', 'none', 'premium')];
    expect(findSuiteTarget(both)).toMatchObject({
      plan: 'plus',
      by: [{ solution: 'marketing', tier: 'premium' }],
    });
  });

  it.each([
    ['premium', ['ten-sales', 'ten-service'], 'growth'],
    ['premium', ['ten-sales', 'ten-marketing'], 'plus'],
    ['premium', ['ten-salesservicemarketing'], 'plus'],
    ['essential', ['ten-sales'], 'core'],
  ] as const)('detects the target of the published tenant %s with users on %s: %s', (key, plans, plan) => {
    const tenant = publishedTenant(key);
    const assignedPlans = plans.map(
      (each) => reportEntitlements({ tenant, user: userWithPlan(tenant, each), today: '2026-12-01' }).plan,
    );
    expect(findSuiteTarget(assignedPlans)).toMatchObject({ kind: 'plan', plan });
  });
});

describe('findSuiteTarget with unknown data', () => {
  const salesTier = { kind: 'tier', solution: 'sales' } as const;

  it.each([
    [userPlan('unknown', 'none', 'none'), 'core', 'growth', 'sales'],
    [userPlan('none', 'unknown', 'none'), 'core', 'growth', 'service'],
    [userPlan('none', 'none', 'unknown'), 'growth', 'plus', 'marketing'],
    [userPlan('premium', 'none', 'unknown'), 'growth', 'plus', 'marketing'],
  ] as const)(
    'returns the range of plans that an unknown tier may lead to (%#)',
    (assignedPlan, atLeast, atMost, solution) => {
      const unknown = [{ kind: 'tier', solution }];
      expect(findSuiteTarget([assignedPlan])).toEqual({ kind: 'range', atLeast, atMost, unknown });
    },
  );

  it('reports an unknown tier that does not affect the target', () => {
    expect(
      findSuiteTarget([userPlan('unknown', 'none', 'none'), userPlan('none', 'premium', 'none')]),
    ).toEqual({
      kind: 'plan',
      plan: 'growth',
      by: [{ solution: 'service', tier: 'premium' }],
      unknown: [salesTier],
      confidence: 'documented',
    });
  });

  it.each([
    ['an old plan', oldPlan('superlicense-complete'), { kind: 'old-plan', module: 'superlicense-complete' }],
    ['an undocumented plan', undocumented, { kind: 'undocumented-plan', module: 'ten-finance' }],
    ['an unknown user', null, { kind: 'plan' }],
  ] as const)('%s may lead to any plan up to the highest in the table', (_case, assignedPlan, part) => {
    expect(findSuiteTarget([assignedPlan])).toEqual({
      kind: 'range',
      atLeast: 'starter',
      atMost: 'plus',
      unknown: [part],
    });
    expect(findSuiteTarget([assignedPlan, userPlan('premium', 'none', 'none')])).toMatchObject({
      atLeast: 'growth',
      atMost: 'plus',
    });
    expect(findSuiteTarget([assignedPlan, userPlan('none', 'none', 'premium')])).toEqual({
      kind: 'plan',
      plan: 'plus',
      by: [{ solution: 'marketing', tier: 'premium' }],
      unknown: [part],
      confidence: 'inferred',
    });
  });

  it('lists each unknown part once, in a fixed order', () => {
    const assignedPlans = [
      null,
      undocumented,
      oldPlan('superlicense-sales-pro'),
      oldPlan('superlicense-assistant'),
      userPlan('unknown', 'none', 'unknown'),
    ];
    const target = findSuiteTarget([...assignedPlans, ...assignedPlans]);
    expect(target.kind === 'range' && target.unknown).toEqual([
      salesTier,
      { kind: 'tier', solution: 'marketing' },
      { kind: 'old-plan', module: 'superlicense-assistant' },
      { kind: 'old-plan', module: 'superlicense-sales-pro' },
      { kind: 'undocumented-plan', module: 'ten-finance' },
      { kind: 'plan' },
    ]);
  });
});

describe('findSuiteTarget with nothing to migrate', () => {
  it('reports that no user has a plan, also when there are no users', () => {
    expect(findSuiteTarget([])).toEqual({ kind: 'no-assigned-plan' });
    expect(findSuiteTarget([noPlan, noPlan])).toEqual({ kind: 'no-assigned-plan' });
    expect(findSuiteTarget([userPlan('none', 'none', 'none')])).toEqual({ kind: 'no-assigned-plan' });
  });

  it('reports a tenant already on Suite, with its plan if all users agree', () => {
    expect(findSuiteTarget([onSuite('core'), onSuite('core')])).toEqual({ kind: 'on-suite', plan: 'core' });
    expect(findSuiteTarget([noPlan, onSuite('plus'), null])).toEqual({ kind: 'on-suite', plan: 'plus' });
    expect(findSuiteTarget([onSuite('core'), onSuite('plus')])).toEqual({ kind: 'on-suite', plan: null });
    expect(findSuiteTarget([onSuite(null)])).toEqual({ kind: 'on-suite', plan: null });
  });
});

describe('findSuiteTarget properties', () => {
  const runs = { numRuns: scaleRuns(10_000) };
  const tier = fc.constantFrom<DetectedTier>('none', 'essential', 'premium', 'unknown');
  const knownTier = fc.constantFrom<DetectedTier>('none', 'essential', 'premium');
  const user = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(tier, tier, tier).map((tiers) => userPlan(...tiers)) },
    fc.constantFrom(
      noPlan,
      undocumented,
      null,
      oldPlan('superlicense-complete'),
      oldPlan('superlicense-service-pro'),
    ),
  );
  const users = fc.array(user, { maxLength: 6 });

  it('never lowers the target when a user is added', () => {
    fc.assert(
      fc.property(users, user, (assignedPlans, another) => {
        const before = getBounds(findSuiteTarget(assignedPlans));
        const after = getBounds(findSuiteTarget([...assignedPlans, another]));
        if (before === null) return;
        expect(
          after !== null &&
            isSuitePlanAtLeast(after[0], before[0]) &&
            isSuitePlanAtLeast(after[1], before[1]),
        ).toBe(true);
      }),
      runs,
    );
  });

  it('does not depend on the order or repetition of users', () => {
    fc.assert(
      fc.property(users, (assignedPlans) => {
        expect(findSuiteTarget([...assignedPlans, ...assignedPlans].reverse())).toEqual(
          findSuiteTarget(assignedPlans),
        );
      }),
      runs,
    );
  });

  it('names the tiers behind every plan and an unknown part behind every range', () => {
    fc.assert(
      fc.property(users, (assignedPlans) => {
        const target = findSuiteTarget(assignedPlans);
        if (target.kind === 'plan') expect(target.by.length).toBeGreaterThan(0);
        if (target.kind !== 'range') return;
        expect(target.unknown.length).toBeGreaterThan(0);
        expect(suitePlans.indexOf(target.atMost)).toBeGreaterThan(suitePlans.indexOf(target.atLeast));
      }),
      runs,
    );
  });

  it('stays within the range when an unknown tier becomes known', () => {
    fc.assert(
      fc.property(
        users,
        fc.infiniteStream(knownTier.filter((each) => each !== 'none')),
        (assignedPlans, knownTiers) => {
          const bounds = getBounds(findSuiteTarget(assignedPlans));
          const found = assignedPlans.map((each) => {
            if (each?.kind !== 'user-plan') return each;
            const { sales, service, marketing } = each.tiers;
            const resolveTier = (one: DetectedTier) => (one === 'unknown' ? knownTiers.next().value : one);
            return userPlan(resolveTier(sales), resolveTier(service), resolveTier(marketing));
          });
          const after = getBounds(findSuiteTarget(found));
          if (bounds === null || after === null) expect(after).toEqual(bounds);
          else
            expect([
              isSuitePlanAtLeast(after[0], bounds[0]),
              isSuitePlanAtLeast(bounds[1], after[1]),
            ]).toEqual([true, true]);
        },
      ),
      runs,
    );
  });
});
