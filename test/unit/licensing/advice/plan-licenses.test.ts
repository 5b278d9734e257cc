import { describe, expect, it } from 'vitest';
import { findPlanLicenses, type KnownPlan } from '../../../../src/licensing/advice/plan-licenses.ts';
import { getUserPlan, type PlanKey } from '../../../../src/licensing/catalogue/user-plans.ts';
import { indexTenant } from '../../../../src/licensing/entitlements/user-report.ts';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { rules } from '../fixtures/engine.ts';
import { moduleLicense, tenantWith } from '../fixtures/tenants.ts';

const nobody: KnownPlan = { tiers: { sales: 'none', service: 'none', marketing: 'none' }, set: [] };

function licensesOf(key: PlanKey, tenant: TenantLicenses, held = nobody) {
  return findPlanLicenses(getUserPlan(key), indexTenant(rules, tenant, '2026-12-01'), held);
}

const planRow = (name: string, description: string, set: string) =>
  moduleLicense({ name, description, scope: 'user', extraFlags: 1, extraInfo: `set=${set}` });

describe('licenses that come with a plan', () => {
  it('uses only the tenant row of the plan when that row exists', () => {
    const tenant = tenantWith(planRow('ten-sales', 'Sales Premium', 'web,sale-cal'));
    const held = { tiers: getUserPlan('sales-essential').tiers, set: ['of-the-lesser-plan'] };
    expect(licensesOf('sales-premium', tenant, held)).toMatchObject({
      from: 'tenant',
      user: ['sale-cal', 'web'],
    });
  });

  it('derives the licenses from the features of the plan when the tenant has no row of it', () => {
    const { from, user } = licensesOf('sales-premium', tenantWith());
    expect(from).toBe('catalogue');
    expect(user).toEqual(expect.arrayContaining(['sale-cal', 'quote-cal', 'guide-cal', 'saint-cal']));
    expect(user).not.toContain('ej-client');
    expect(user).toEqual([...new Set(user)].sort());
  });

  it('excludes the set of a plan row in another tier', () => {
    const tenant = tenantWith(planRow('ten-sales', 'Sales Premium', 'of-premium'));
    const { from, user } = licensesOf('sales-essential', tenant);
    expect([from, user.includes('of-premium')]).toEqual(['catalogue', false]);
  });

  it('includes the licenses of lower plans that are purchased or assigned', () => {
    const tenant = tenantWith(planRow('ten-sales', 'Sales Essentials', 'of-a-sold-plan'));
    const held = { tiers: getUserPlan('service-essential').tiers, set: ['of-the-held-plan'] };
    const both = licensesOf('sales-premium+service-premium', tenant, held).user;
    expect(both).toEqual(expect.arrayContaining(['of-a-sold-plan', 'of-the-held-plan']));
    const salesOnly = licensesOf('sales-premium', tenant, held).user;
    expect(salesOnly).toContain('of-a-sold-plan');
    expect(salesOnly).not.toContain('of-the-held-plan');
  });

  it('excludes the licenses of an assigned plan whose tier is unknown', () => {
    const tiers = { sales: 'unknown', service: 'none', marketing: 'none' } as const;
    const held = { tiers, set: ['of-some-tier'] };
    expect(licensesOf('sales-premium', tenantWith(), held).user).not.toContain('of-some-tier');
  });

  it('reports the missing site licenses, naming only the first of several alternatives', () => {
    const alternatives = [...rules.features.values()].find(({ site }) => site.length > 1);
    const [first = '', second = ''] = alternatives?.site ?? [];
    const plan = 'sales-premium+service-premium+marketing-premium';
    expect(licensesOf(plan, tenantWith()).missingSite).toContain(first);
    expect(licensesOf(plan, tenantWith()).missingSite).not.toContain(second);
    const having = licensesOf(plan, tenantWith(moduleLicense({ name: second }))).missingSite;
    expect(having).not.toContain(first);
  });
});
