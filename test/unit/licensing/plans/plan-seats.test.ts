import { describe, expect, it } from 'vitest';
import type { ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { countPlanSeats } from '../../../../src/licensing/plans/plan-seats.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

function plan(fields: Partial<ModuleLicense>): ModuleLicense {
  return moduleLicense({
    name: 'ten-service',
    description: 'Service Premium',
    scope: 'user',
    extraFlags: 1,
    purchased: 15,
    seats: { inUse: 5, free: 10 },
    ...fields,
  });
}

/** Returns the seats of the only plan row of a tenant. */
function seatsWith(fields: Partial<ModuleLicense>) {
  const [only, ...more] = countPlanSeats(tenantWith(plan(fields)));
  if (only === undefined || more.length > 0) throw new Error('expected exactly one plan');
  return only;
}

describe('countPlanSeats', () => {
  it('lists the purchased plans with their seats, sorted by module name', () => {
    const listed = countPlanSeats(publishedTenant('premium'));
    expect(listed.map(({ module, ...row }) => [module, row.purchased, row.inUse, row.free])).toEqual([
      ['ten-marketing', 7, 3, 4],
      ['ten-sales', 21, 21, 0],
      ['ten-salesservicemarketing', 20, 20, 0],
      ['ten-service', 15, 5, 10],
    ]);
  });

  it.each<[string, Partial<ModuleLicense>, object]>([
    ['all counts reported', {}, { purchased: 15, inUse: 5, free: 10 }],
    ['unknown use', { seats: null }, { purchased: 15, inUse: null, free: null }],
    ['unlimited seats', { unrestricted: true }, { purchased: 'unlimited', inUse: 5, free: 'unlimited' }],
    [
      'unlimited seats with unknown use',
      { unrestricted: true, seats: null },
      { purchased: 'unlimited', inUse: null, free: 'unlimited' },
    ],
    [
      'more in use than purchased',
      { purchased: 2, seats: { inUse: 3, free: -1 } },
      { purchased: 2, inUse: 3, free: 0 },
    ],
    ['unknown purchased number', { purchased: 0 }, { purchased: null, inUse: 5, free: 10 }],
    [
      'invalid counts',
      { purchased: Number.NaN, seats: { inUse: 1.5, free: Number.POSITIVE_INFINITY } },
      { purchased: null, inUse: null, free: null },
    ],
  ])('reports known seat counts and null for unknown ones: %s', (_what, fields, seats) => {
    expect(seatsWith(fields)).toEqual({ plan: 'Service Premium', module: 'ten-service', ...seats });
  });

  it('names a plan by its SuperOffice description, or by its module if the description is blank', () => {
    expect(seatsWith({ description: ' Service ' }).plan).toBe('Service');
    expect(seatsWith({ description: ' ' }).plan).toBe('ten-service');
    expect(seatsWith({ name: ' Ten-Service ' }).module).toBe('ten-service');
  });

  it('lists each version as a separate purchase and a duplicate row once', () => {
    const rows = [plan({}), plan({ owner: 'SuperOffice' }), plan({ version: '12', purchased: 1 })];
    expect(countPlanSeats(tenantWith(...rows)).map(({ purchased }) => purchased)).toEqual([15, 1]);
  });

  it.each<[string, ModuleLicense]>([
    ['a license that is not a plan', moduleLicense({ name: 'quote', scope: 'user' })],
    ['the license of users without a plan', plan({ name: 'superlicense-no-selection' })],
    ['a plan issued by a partner', plan({ owner: 'ACME' })],
  ])('omits %s', (_what, row) => {
    expect(countPlanSeats(tenantWith(row))).toEqual([]);
  });

  it('detects a plan by its flag or by its name', () => {
    expect(seatsWith({ name: 'ten-everything' }).module).toBe('ten-everything');
    expect(seatsWith({ extraFlags: 0 }).module).toBe('ten-service');
  });
});
