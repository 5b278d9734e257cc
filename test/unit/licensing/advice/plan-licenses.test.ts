import { describe, expect, it } from 'vitest';
import { findPlanLicenses, type KnownPlan } from '../../../../src/licensing/advice/plan-licenses.ts';
import { getUserPlan, type PlanKey } from '../../../../src/licensing/catalogue/user-plans.ts';
import { indexTenant } from '../../../../src/licensing/entitlements/user-report.ts';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { rules } from '../fixtures/engine.ts';
import { moduleLicense, tenantWith } from '../fixtures/tenants.ts';

const withoutPlan: KnownPlan = { tiers: { sales: 'none', service: 'none', marketing: 'none' }, set: [] };

function findLicenses(key: PlanKey, tenant: TenantLicenses, assignedPlan = withoutPlan) {
  return findPlanLicenses(getUserPlan(key), indexTenant(rules, tenant, '2026-12-01'), assignedPlan);
}

const planRow = (name: string, description: string, set: string) =>
  moduleLicense({ name, description, scope: 'user', extraFlags: 1, extraInfo: `set=${set}` });

describe('findPlanLicenses', () => {
  it('uses only the tenant row of the plan when that row exists', () => {
    const tenant = tenantWith(planRow('ten-sales', 'Sales Premium', 'web,sale-cal'));
    const assignedPlan = { tiers: getUserPlan('sales-essential').tiers, set: ['lower-plan-license'] };
    expect(findLicenses('sales-premium', tenant, assignedPlan)).toMatchObject({
      from: 'tenant',
      user: ['sale-cal', 'web'],
    });
  });

  it('derives the licenses from the features of the plan when the tenant has no row of it', () => {
    const { from, user } = findLicenses('sales-premium', tenantWith());
    expect(from).toBe('catalogue');
    expect(user).toEqual(expect.arrayContaining(['sale-cal', 'quote-cal', 'guide-cal', 'saint-cal']));
    expect(user).not.toContain('ej-client');
    expect(user).toEqual([...new Set(user)].sort());
  });

  it('excludes the set of a plan row in another tier', () => {
    const tenant = tenantWith(planRow('ten-sales', 'Sales Premium', 'premium-plan-license'));
    const { from, user } = findLicenses('sales-essential', tenant);
    expect([from, user.includes('premium-plan-license')]).toEqual(['catalogue', false]);
  });

  it('includes the licenses of lower plans that are purchased or assigned', () => {
    const tenant = tenantWith(planRow('ten-sales', 'Sales Essentials', 'purchased-plan-license'));
    const assignedPlan = { tiers: getUserPlan('service-essential').tiers, set: ['assigned-plan-license'] };
    const both = findLicenses('sales-premium+service-premium', tenant, assignedPlan).user;
    expect(both).toEqual(expect.arrayContaining(['purchased-plan-license', 'assigned-plan-license']));
    const salesOnly = findLicenses('sales-premium', tenant, assignedPlan).user;
    expect(salesOnly).toContain('purchased-plan-license');
    expect(salesOnly).not.toContain('assigned-plan-license');
  });

  it('excludes the licenses of an assigned plan whose tier is unknown', () => {
    const tiers = { sales: 'unknown', service: 'none', marketing: 'none' } as const;
    const assignedPlan = { tiers, set: ['unknown-tier-license'] };
    expect(findLicenses('sales-premium', tenantWith(), assignedPlan).user).not.toContain(
      'unknown-tier-license',
    );
  });

  it('reports the missing site licenses, naming only the first of several alternatives', () => {
    const alternatives = [...rules.features.values()].find(({ site }) => site.length > 1);
    const [first = '', second = ''] = alternatives?.site ?? [];
    const plan = 'sales-premium+service-premium+marketing-premium';
    expect(findLicenses(plan, tenantWith()).missingSite).toContain(first);
    expect(findLicenses(plan, tenantWith()).missingSite).not.toContain(second);
    const withAlternative = findLicenses(plan, tenantWith(moduleLicense({ name: second }))).missingSite;
    expect(withAlternative).not.toContain(first);
  });
});
