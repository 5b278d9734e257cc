import { describe, expect, it } from 'vitest';
import type { ModuleLicense } from '../../../src/plans/license-data.ts';
import { seatsIn } from '../../../src/plans/seats.ts';
import { planOf } from '../../../src/plans/user-plans.ts';
import { moduleLicense, publishedTenant, tenantWith } from './fixtures/tenants.ts';

function plan(told: Partial<ModuleLicense>): ModuleLicense {
  return moduleLicense({
    name: 'ten-service',
    description: 'Service Premium',
    scope: 'user',
    extraFlags: 1,
    ...told,
  });
}

const premium = planOf('service-premium');
const free = { inUse: 5, free: 10 };
const taken = { inUse: 15, free: 0 };

describe('seatsIn', () => {
  it.each([
    ['a free seat', [plan({ seats: free })], 'assign'],
    ['no free seat', [plan({ seats: taken })], 'buy'],
    ['more in use than bought', [plan({ seats: { inUse: 3, free: -1 } })], 'buy'],
    ['no limit', [plan({ seats: taken, unrestricted: true })], 'assign'],
    ['seats nobody told', [plan({ seats: null })], 'ask'],
    ['another tier', [plan({ description: 'Service Essentials', seats: free })], 'ask'],
    ['an unknown tier', [plan({ description: 'Service', seats: free })], 'ask'],
    ['a row without the flag', [plan({ extraFlags: 0, seats: free })], 'buy'],
    ['a row of a partner', [plan({ owner: 'ACME', seats: free })], 'buy'],
    ['no such row', [], 'buy'],
    [
      'two versions, one with a seat',
      [plan({ seats: taken }), plan({ version: '12', seats: free })],
      'assign',
    ],
    ['two versions, one untold', [plan({ seats: taken }), plan({ version: '12', seats: null })], 'ask'],
  ] as const)('with %s: %s', (_case, modules, seat) => {
    expect(seatsIn(tenantWith(...modules))(premium)).toBe(seat);
  });

  it('finds the tier of a row by the markers, too', () => {
    const tenant = tenantWith(
      plan({ description: '', seats: free }),
      moduleLicense({ name: 'service-t2', extraFlags: 2 }),
    );
    expect(seatsIn(tenant)(premium)).toBe('assign');
    expect(seatsIn(tenant)(planOf('service-essential'))).toBe('ask');
  });

  it('asks where the license of the tenant was refused', () => {
    expect(seatsIn(null)(premium)).toBe('ask');
  });

  it('tells the seats of the published tenant', () => {
    const seatFor = seatsIn(publishedTenant('premium'));
    expect(seatFor(planOf('sales-premium'))).toBe('buy');
    expect(seatFor(planOf('service-premium'))).toBe('assign');
    expect(seatFor(planOf('marketing-premium'))).toBe('assign');
    expect(seatFor(planOf('sales-premium+service-premium+marketing-premium'))).toBe('buy');
    expect(seatFor(planOf('sales-premium+service-premium'))).toBe('buy');
    expect(seatFor(planOf('sales-essential'))).toBe('ask');
  });
});
