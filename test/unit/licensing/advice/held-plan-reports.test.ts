import { describe, expect, it } from 'vitest';
import type { HeldPlan } from '../../../../src/licensing/plans/identify-plan.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../fixtures/tenants.ts';

const today = '2026-12-01';
const premium = entitlementEngine(publishedTenant('premium'), today);
const suiteCore = entitlementEngine(publishedTenant('suite-core'), today);

describe('the features of each plan', () => {
  it('grow with the tiers, and are known for all 26 plans', () => {
    const features = premium.planFeatures();
    expect(features.size).toBe(26);
    const essential = features.get('sales-essential') ?? new Set();
    const sales = features.get('sales-premium') ?? new Set();
    expect([...essential].filter((feature) => !sales.has(feature))).toEqual([]);
    expect(sales.has('saint') && !essential.has('saint')).toBe(true);
    expect(sales.has('knowledge-base')).toBe(false);
  });

  it('are those of a user who has the plan and nothing else', () => {
    const tenant = publishedTenant('premium');
    const { features } = premium.report(userWithPlan(tenant, 'ten-sales'));
    const enabled = [...features.values()].filter(
      ({ state, reason }) => state === 'enabled' && reason !== 'group-of-features',
    );
    const found = premium.planFeatures().get('sales-premium') ?? new Set();
    expect([...found].sort()).toEqual(enabled.map(({ feature }) => feature).sort());
  });

  it('come from the catalogue if SuperOffice refuses the licenses', () => {
    const features = entitlementEngine(null, today).planFeatures();
    expect(features.get('service-premium')?.has('knowledge-base')).toBe(true);
    expect(features.get('service-essential')?.has('knowledge-base')).toBe(false);
  });
});

describe('the move of a tenant to CRM Suite', () => {
  const users = new Map<HeldPlan, number>([
    ['sales-premium', 12],
    ['marketing-premium', 3],
    ['none', 2],
  ]);

  it('leads to the plan of the highest tier, and counts users by change', () => {
    const { target, changes } = premium.moveTenant(users, null);
    expect(target).toMatchObject({ kind: 'plan', plan: 'plus' });
    expect(changes).toHaveLength(62);
    const mailings = changes.find(({ feature }) => feature === 'mailings');
    expect(mailings?.users).toMatchObject({ gained: 12, kept: 3 });
    for (const { users: byChange } of changes)
      expect(Object.values(byChange).reduce((sum, count) => sum + count, 0)).toBe(17);
  });

  it('may lead to a chosen plan that takes something away', () => {
    const { changes } = premium.moveTenant(users, 'starter');
    expect(changes.some(({ users: byChange }) => (byChange.lost ?? 0) > 0)).toBe(true);
  });

  it('compares the plan that a Suite tenant has with another', () => {
    expect(suiteCore.moveTenant(new Map([['none', 20]]), null)).toMatchObject({
      target: { kind: 'on-suite', plan: 'core' },
      changes: [],
    });
    const { changes } = suiteCore.moveTenant(new Map([['none', 20]]), 'growth');
    expect(changes.some(({ users: byChange }) => byChange.gained === 20)).toBe(true);
    expect(changes.every(({ users: byChange }) => byChange.lost === undefined)).toBe(true);
  });
});
