import { describe, expect, it } from 'vitest';
import { getUserPlan, type PlanKey, type UserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { ModuleLicense, TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { findPurchasedPlans, findSeat } from '../../../../src/licensing/plans/seat-availability.ts';
import { assumptions } from '../fixtures/engine.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

function plan(told: Partial<ModuleLicense>): ModuleLicense {
  return moduleLicense({
    name: 'ten-service',
    description: 'Service Premium',
    scope: 'user',
    extraFlags: 1,
    ...told,
  });
}

function soldBy(tenant: TenantLicenses | null) {
  return findPurchasedPlans(indexTenantLicenses(tenant), assumptions);
}

function seatIn(tenant: TenantLicenses | null, desired: UserPlan) {
  return findSeat(soldBy(tenant), desired);
}

const other = moduleLicense({ name: 'server' });
const premium = getUserPlan('service-premium');
const free = { inUse: 5, free: 10 };
const taken = { inUse: 15, free: 0 };

describe('seatFor', () => {
  it.each([
    ['a free seat', [plan({ seats: free })], 'assign'],
    ['no free seat', [plan({ seats: taken })], 'buy'],
    ['more in use than bought', [plan({ seats: { inUse: 3, free: -1 } })], 'buy'],
    ['no limit', [plan({ seats: taken, unrestricted: true })], 'assign'],
    ['seats nobody told', [plan({ seats: null })], 'ask'],
    ['another tier', [plan({ description: 'Service Essentials', seats: free })], 'ask'],
    ['an unknown tier', [plan({ description: 'Service', seats: free })], 'ask'],
    [
      'a row without the flag but of a documented name',
      [plan({ extraFlags: 0, seats: free, hidden: false })],
      'assign',
    ],
    ['a row of a partner', [plan({ owner: 'ACME', seats: free }), other], 'buy'],
    ['no such row', [other], 'buy'],
    ['no row of SuperOffice’s at all', [plan({ owner: 'ACME', seats: free })], 'ask'],
    ['a hidden row', [plan({ hidden: true, seats: free })], 'ask'],
    ['a hidden row without limit', [plan({ hidden: true, unrestricted: true })], 'ask'],
    [
      'a hidden row beside one with a seat',
      [plan({ hidden: true }), plan({ version: '12', seats: free })],
      'assign',
    ],
    [
      'a hidden row beside one without',
      [plan({ hidden: true }), plan({ version: '12', seats: taken })],
      'ask',
    ],
    ['a plan nobody documented', [plan({ name: 'twelve-service', seats: free })], 'ask'],
    ['an old plan', [plan({ name: 'superlicense-service-pro', seats: free })], 'buy'],
    [
      'two versions, one with a seat',
      [plan({ seats: taken }), plan({ version: '12', seats: free })],
      'assign',
    ],
    ['two versions, one untold', [plan({ seats: taken }), plan({ version: '12', seats: null })], 'ask'],
  ] as const)('with %s, the seat availability is %s', (_case, modules, seat) => {
    expect(seatIn(tenantWith(...modules), premium)).toBe(seat);
  });

  it('detects the tier of a plan row by a site marker when its description is blank', () => {
    const tenant = tenantWith(
      plan({ description: '', seats: free }),
      moduleLicense({ name: 'service-t2', extraFlags: 2 }),
    );
    expect(seatIn(tenant, premium)).toBe('assign');
    expect(seatIn(tenant, getUserPlan('service-essential'))).toBe('ask');
  });

  it('reports uncertain availability for a plan missing from incomplete license rows', () => {
    const sales = { name: 'ten-sales', description: 'Sales Premium', seats: free };
    const tenant = { ...tenantWith(plan(sales)), complete: false };
    expect(seatIn(tenant, premium)).toBe('ask');
    expect(seatIn(tenant, getUserPlan('sales-premium'))).toBe('assign');
  });

  it('reports uncertain availability when the tenant licenses are refused', () => {
    expect(seatIn(null, premium)).toBe('ask');
  });

  it('reports the seat availability of each plan of the published tenant', () => {
    const seatOf = (key: PlanKey) => seatIn(publishedTenant('premium'), getUserPlan(key));
    expect(seatOf('sales-premium')).toBe('buy');
    expect(seatOf('service-premium')).toBe('assign');
    expect(seatOf('marketing-premium')).toBe('assign');
    expect(seatOf('sales-premium+service-premium+marketing-premium')).toBe('buy');
    expect(seatOf('sales-premium+service-premium')).toBe('buy');
    expect(seatOf('sales-essential')).toBe('ask');
  });
});
