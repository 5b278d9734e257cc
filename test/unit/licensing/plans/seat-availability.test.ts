import { describe, expect, it } from 'vitest';
import { getUserPlan, type PlanKey, type UserPlan } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { ModuleLicense, TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { findPurchasedPlans, findSeat } from '../../../../src/licensing/plans/seat-availability.ts';
import { assumptions } from '../fixtures/engine.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

function plan(fields: Partial<ModuleLicense>): ModuleLicense {
  return moduleLicense({
    name: 'ten-service',
    description: 'Service Premium',
    scope: 'user',
    extraFlags: 1,
    purchased: 15,
    ...fields,
  });
}

function findPurchased(tenant: TenantLicenses | null) {
  return findPurchasedPlans(indexTenantLicenses(tenant), assumptions);
}

function findSeatIn(tenant: TenantLicenses | null, desired: UserPlan) {
  return findSeat(findPurchased(tenant), desired);
}

const other = moduleLicense({ name: 'server' });
const premium = getUserPlan('service-premium');
const free = { inUse: 5, free: 10 };
const taken = { inUse: 15, free: 0 };

describe('findSeat', () => {
  it.each([
    ['a free seat', 'assign', [plan({ seats: free })]],
    ['no free seat', 'buy', [plan({ seats: taken })]],
    ['more in use than purchased', 'buy', [plan({ purchased: 2, seats: { inUse: 3, free: -1 } })]],
    [
      'more in use than purchased although a seat is reported as free',
      'buy',
      [plan({ purchased: 2, seats: { inUse: 3, free: 1 } })],
    ],
    ['an unknown number of free seats', 'assign', [plan({ seats: { inUse: 5, free: null } })]],
    ['an unknown number in use', 'assign', [plan({ seats: { inUse: null, free: 10 } })]],
    ['only the number in use', 'ask', [plan({ purchased: 0, seats: { inUse: 5, free: null } })]],
    ['an implausible total', 'by-use', [plan({ purchased: 100_000, seats: free })]],
    [
      'an implausible total and unlimited seats',
      'assign',
      [plan({ purchased: 100_000, unrestricted: true })],
    ],
    [
      'an implausible total of another plan',
      'by-use',
      [plan({ seats: taken }), plan({ name: 'ten-sales', description: 'Sales Premium', purchased: 100_000 })],
    ],
    ['an implausible total of another plan only', 'ask', [plan({ name: 'ten-sales', purchased: 100_000 })]],
    ['an implausible total of a hidden row', 'ask', [plan({ hidden: true, purchased: 100_000 })]],
    [
      'an implausible total and another version with unlimited seats',
      'assign',
      [plan({ purchased: 100_000 }), plan({ version: '12', unrestricted: true })],
    ],
    ['unlimited seats', 'assign', [plan({ seats: taken, unrestricted: true })]],
    ['an unknown seat count', 'ask', [plan({ seats: null })]],
    ['another tier', 'ask', [plan({ description: 'Service Essentials', seats: free })]],
    ['an unknown tier', 'ask', [plan({ description: 'Service', seats: free })]],
    [
      'a row with a documented name and without the plan flag',
      'assign',
      [plan({ extraFlags: 0, seats: free, hidden: false })],
    ],
    ['only a partner row of the plan', 'buy', [plan({ owner: 'ACME', seats: free }), other]],
    ['no row of the plan', 'buy', [other]],
    ['no SuperOffice row', 'ask', [plan({ owner: 'ACME', seats: free })]],
    ['a hidden row', 'ask', [plan({ hidden: true, seats: free })]],
    ['a hidden row with unlimited seats', 'ask', [plan({ hidden: true, unrestricted: true })]],
    [
      'a hidden row and a visible row with a free seat',
      'assign',
      [plan({ hidden: true }), plan({ version: '12', seats: free })],
    ],
    [
      'a hidden row and a visible row without a free seat',
      'ask',
      [plan({ hidden: true }), plan({ version: '12', seats: taken })],
    ],
    ['an undocumented plan', 'ask', [plan({ name: 'twelve-service', seats: free })]],
    ['an old plan', 'buy', [plan({ name: 'superlicense-service-pro', seats: free })]],
    [
      'two versions, one with a free seat',
      'assign',
      [plan({ seats: taken }), plan({ version: '12', seats: free })],
    ],
    [
      'two versions, one with an unknown seat count',
      'ask',
      [plan({ seats: taken }), plan({ version: '12', seats: null })],
    ],
  ] as const)('with %s, the seat availability is %s', (_case, seat, modules) => {
    expect(findSeatIn(tenantWith(...modules), premium)).toBe(seat);
  });

  it('detects the tier of a plan row by a site marker when its description is blank', () => {
    const tenant = tenantWith(
      plan({ description: '', seats: free }),
      moduleLicense({ name: 'service-t2', extraFlags: 2 }),
    );
    expect(findSeatIn(tenant, premium)).toBe('assign');
    expect(findSeatIn(tenant, getUserPlan('service-essential'))).toBe('ask');
  });

  it('reports uncertain availability for a plan missing from incomplete license rows', () => {
    const sales = { name: 'ten-sales', description: 'Sales Premium', seats: free };
    const tenant = { ...tenantWith(plan(sales)), complete: false };
    expect(findSeatIn(tenant, premium)).toBe('ask');
    expect(findSeatIn(tenant, getUserPlan('sales-premium'))).toBe('assign');
  });

  it('reports uncertain availability when the tenant licenses are refused', () => {
    expect(findSeatIn(null, premium)).toBe('ask');
  });

  it('reports the seat availability of each plan of the published tenant', () => {
    const findPublishedSeat = (key: PlanKey) => findSeatIn(publishedTenant('premium'), getUserPlan(key));
    expect(findPublishedSeat('sales-premium')).toBe('buy');
    expect(findPublishedSeat('service-premium')).toBe('assign');
    expect(findPublishedSeat('marketing-premium')).toBe('assign');
    expect(findPublishedSeat('sales-premium+service-premium+marketing-premium')).toBe('buy');
    expect(findPublishedSeat('sales-premium+service-premium')).toBe('buy');
    expect(findPublishedSeat('sales-essential')).toBe('ask');
  });
});
