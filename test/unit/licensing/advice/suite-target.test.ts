import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSuiteTarget, type SuiteTarget } from '../../../../src/licensing/advice/suite-target.ts';
import type { OldPlanModule } from '../../../../src/licensing/catalogue/plan-modules.ts';
import type { FoundTier } from '../../../../src/licensing/catalogue/solutions.ts';
import {
  isSuitePlanAtLeast,
  type SuitePlan,
  suitePlans,
} from '../../../../src/licensing/catalogue/suite-plans.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { reportEntitlements } from '../fixtures/engine.ts';
import { holderOf, publishedTenant } from '../fixtures/tenants.ts';

type Held = DetectedPlan | null;

function holds(sales: FoundTier, service: FoundTier, marketing: FoundTier): Held {
  const tiers = { sales, service, marketing };
  return { kind: 'user-plan', plan: null, tiers, modules: [], description: '', findings: [] };
}

function old(module: OldPlanModule): Held {
  const tiers = { sales: 'none', service: 'none', marketing: 'none' } as const;
  return { kind: 'old-plan', module, tiers, description: '' };
}

const undocumented: Held = { kind: 'undocumented-plan', module: 'ten-finance', description: 'Finance' };
const noPlan: Held = { kind: 'no-plan', module: null };

function onSuite(plan: SuitePlan | null): Held {
  return { kind: 'suite', plan, by: { step: 'description', text: 'CRM Suite' } };
}

function boundsOf(target: SuiteTarget): readonly [SuitePlan, SuitePlan] | null {
  if (target.kind === 'plan') return [target.plan, target.plan];
  return target.kind === 'range' ? [target.atLeast, target.atMost] : null;
}

describe('suiteTargetOf by the published table', () => {
  it.each([
    ['sales', 'essential', 'core'],
    ['service', 'essential', 'core'],
    ['marketing', 'essential', 'growth'],
    ['sales', 'premium', 'growth'],
    ['service', 'premium', 'growth'],
    ['marketing', 'premium', 'plus'],
  ] as const)('%s %s leads to %s', (solution, tier, plan) => {
    const tierOf = (each: string) => (each === solution ? tier : 'none');
    expect(findSuiteTarget([holds(tierOf('sales'), tierOf('service'), tierOf('marketing'))])).toEqual({
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
      const target = findSuiteTarget([holds(sales, service, marketing)]);
      expect(target).toMatchObject({ kind: 'plan', plan });
      const named =
        target.kind === 'plan' ? target.by.map(({ solution, tier }) => `${solution} ${tier}`) : [];
      expect(named).toEqual(by);
    },
  );

  it('applies the highest tier of any user to the whole tenant', () => {
    const many = Array.from({ length: 40 }, () => holds('essential', 'none', 'none'));
    expect(findSuiteTarget([...many, noPlan])).toMatchObject({ kind: 'plan', plan: 'core' });
    expect(findSuiteTarget([...many, holds('none', 'premium', 'none')])).toMatchObject({ plan: 'growth' });
    const both = [...many, holds('premium', 'none', 'none'), holds('none', 'none', 'premium')];
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
    const held = plans.map(
      (each) => reportEntitlements({ tenant, user: holderOf(tenant, each), today: '2026-12-01' }).plan,
    );
    expect(findSuiteTarget(held)).toMatchObject({ kind: 'plan', plan });
  });
});

describe('suiteTargetOf with unknown data', () => {
  const salesTier = { kind: 'tier', solution: 'sales' } as const;

  it.each([
    [holds('unknown', 'none', 'none'), 'core', 'growth', 'sales'],
    [holds('none', 'unknown', 'none'), 'core', 'growth', 'service'],
    [holds('none', 'none', 'unknown'), 'growth', 'plus', 'marketing'],
    [holds('premium', 'none', 'unknown'), 'growth', 'plus', 'marketing'],
  ] as const)(
    'returns the range of plans that an unknown tier may lead to (%#)',
    (held, atLeast, atMost, solution) => {
      const unknown = [{ kind: 'tier', solution }];
      expect(findSuiteTarget([held])).toEqual({ kind: 'range', atLeast, atMost, unknown });
    },
  );

  it('reports an unknown tier that does not affect the target', () => {
    expect(findSuiteTarget([holds('unknown', 'none', 'none'), holds('none', 'premium', 'none')])).toEqual({
      kind: 'plan',
      plan: 'growth',
      by: [{ solution: 'service', tier: 'premium' }],
      unknown: [salesTier],
      confidence: 'documented',
    });
  });

  it.each([
    ['an old plan', old('superlicense-complete'), { kind: 'old-plan', module: 'superlicense-complete' }],
    ['an undocumented plan', undocumented, { kind: 'undocumented-plan', module: 'ten-finance' }],
    ['a user of whom nothing is known', null, { kind: 'plan' }],
  ] as const)('%s may lead to any plan up to the highest in the table', (_case, held, part) => {
    expect(findSuiteTarget([held])).toEqual({
      kind: 'range',
      atLeast: 'starter',
      atMost: 'plus',
      unknown: [part],
    });
    expect(findSuiteTarget([held, holds('premium', 'none', 'none')])).toMatchObject({
      atLeast: 'growth',
      atMost: 'plus',
    });
    expect(findSuiteTarget([held, holds('none', 'none', 'premium')])).toEqual({
      kind: 'plan',
      plan: 'plus',
      by: [{ solution: 'marketing', tier: 'premium' }],
      unknown: [part],
      confidence: 'inferred',
    });
  });

  it('lists each unknown part once, in a fixed order', () => {
    const held = [
      null,
      undocumented,
      old('superlicense-sales-pro'),
      old('superlicense-assistant'),
      holds('unknown', 'none', 'unknown'),
    ];
    const target = findSuiteTarget([...held, ...held]);
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

describe('suiteTargetOf with nothing to migrate', () => {
  it('reports that no user has a plan, also when there are no users', () => {
    expect(findSuiteTarget([])).toEqual({ kind: 'no-assigned-plan' });
    expect(findSuiteTarget([noPlan, noPlan])).toEqual({ kind: 'no-assigned-plan' });
    expect(findSuiteTarget([holds('none', 'none', 'none')])).toEqual({ kind: 'no-assigned-plan' });
  });

  it('reports a tenant already on Suite, with its plan if all users agree', () => {
    expect(findSuiteTarget([onSuite('core'), onSuite('core')])).toEqual({ kind: 'on-suite', plan: 'core' });
    expect(findSuiteTarget([noPlan, onSuite('plus'), null])).toEqual({ kind: 'on-suite', plan: 'plus' });
    expect(findSuiteTarget([onSuite('core'), onSuite('plus')])).toEqual({ kind: 'on-suite', plan: null });
    expect(findSuiteTarget([onSuite(null)])).toEqual({ kind: 'on-suite', plan: null });
  });
});

describe('suiteTargetOf properties', () => {
  const runs = { numRuns: 10_000 };
  const tier = fc.constantFrom<FoundTier>('none', 'essential', 'premium', 'unknown');
  const knownTier = fc.constantFrom<FoundTier>('none', 'essential', 'premium');
  const user = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(tier, tier, tier).map((tiers) => holds(...tiers)) },
    fc.constantFrom(
      noPlan,
      undocumented,
      null,
      old('superlicense-complete'),
      old('superlicense-service-pro'),
    ),
  );
  const users = fc.array(user, { maxLength: 6 });

  it('never lowers the target when a user is added', () => {
    fc.assert(
      fc.property(users, user, (held, another) => {
        const before = boundsOf(findSuiteTarget(held));
        const after = boundsOf(findSuiteTarget([...held, another]));
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
      fc.property(users, (held) => {
        expect(findSuiteTarget([...held, ...held].reverse())).toEqual(findSuiteTarget(held));
      }),
      runs,
    );
  });

  it('names the tiers behind every plan and an unknown part behind every range', () => {
    fc.assert(
      fc.property(users, (held) => {
        const target = findSuiteTarget(held);
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
      fc.property(users, fc.infiniteStream(knownTier.filter((each) => each !== 'none')), (held, told) => {
        const bounds = boundsOf(findSuiteTarget(held));
        const found = held.map((each) => {
          if (each?.kind !== 'user-plan') return each;
          const { sales, service, marketing } = each.tiers;
          const settle = (one: FoundTier) => (one === 'unknown' ? told.next().value : one);
          return holds(settle(sales), settle(service), settle(marketing));
        });
        const after = boundsOf(findSuiteTarget(found));
        if (bounds === null || after === null) expect(after).toEqual(bounds);
        else
          expect([isSuitePlanAtLeast(after[0], bounds[0]), isSuitePlanAtLeast(bounds[1], after[1])]).toEqual([
            true,
            true,
          ]);
      }),
      runs,
    );
  });
});
