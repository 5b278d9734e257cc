import { describe, expect, it } from 'vitest';
import type { ModuleLicense, TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
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

const countSeats = (tenant: TenantLicenses) => countPlanSeats(tenant, 9999);

/** Returns the seats of the only plan row of a tenant. */
function seatsWith(fields: Partial<ModuleLicense>) {
  const [only, ...more] = countSeats(tenantWith(plan(fields)));
  if (only === undefined || more.length > 0) throw new Error('expected exactly one plan');
  return only;
}

describe('countPlanSeats', () => {
  it('lists the purchased plans with their seats, sorted by module name', () => {
    const listed = countSeats(publishedTenant('premium'));
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
      { purchased: 2, inUse: 3, free: -1 },
    ],
    [
      'more in use than purchased and no free seat',
      { purchased: 18, seats: { inUse: 21, free: 0 } },
      { purchased: 18, inUse: 21, free: -3 },
    ],
    [
      'an excess without the number in use',
      { purchased: 18, seats: { inUse: null, free: -3 } },
      { purchased: 18, inUse: null, free: -3 },
    ],
    ['free seats unknown', { seats: { inUse: 5, free: null } }, { purchased: 15, inUse: 5, free: 10 }],
    ['only free seats known', { seats: { inUse: null, free: 10 } }, { purchased: 15, inUse: null, free: 10 }],
    [
      'only the number in use known',
      { purchased: 0, seats: { inUse: 5, free: null } },
      { purchased: null, inUse: 5, free: null },
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

  it.each([9999, 100_000, 2 ** 32 - 1])(
    'counts only the seats in use of a tenant with the implausible total %d',
    (purchased) => {
      const huge = plan({ purchased, seats: { inUse: 18, free: purchased - 18 } });
      const usual = plan({ name: 'ten-sales', seats: { inUse: 2, free: 3 }, purchased: 5 });
      const unlimited = plan({ name: 'ten-marketing', unrestricted: true, purchased: 1 });
      const listed = countSeats(tenantWith(huge, usual, unlimited));
      expect(listed.map(({ module, ...row }) => [module, row.purchased, row.inUse, row.free])).toEqual([
        ['ten-marketing', 'unlimited', 5, 'unlimited'],
        ['ten-sales', 'by-use', 2, 'by-use'],
        ['ten-service', 'by-use', 18, 'by-use'],
      ]);
    },
  );

  it('counts only the seats in use if the total is missing and an implausible number is free', () => {
    const huge = { purchased: 0, seats: { inUse: 18, free: 99_982 } };
    expect(seatsWith(huge)).toMatchObject({ purchased: 'by-use', inUse: 18, free: 'by-use' });
    expect(seatsWith({ ...huge, unrestricted: true })).toMatchObject({ free: 'unlimited' });
  });

  it.each<[string, ModuleLicense]>([
    ['a total below the implausible one', plan({ purchased: 9998, seats: null })],
    ['an unrestricted license', plan({ name: 'ten-sales', purchased: 100_000, unrestricted: true })],
    ['the license of users without a plan', plan({ name: 'superlicense-no-selection', purchased: 100_000 })],
    ['a license that is not a plan', moduleLicense({ name: 'quote-cal', scope: 'user', purchased: 100_000 })],
    ['a plan issued by a partner', plan({ owner: 'ACME', purchased: 100_000 })],
  ])('does not take %s for billing by use', (_what, row) => {
    const listed = countSeats(tenantWith(row, plan({ version: '12' })));
    expect(listed).toContainEqual(expect.objectContaining({ purchased: 15, free: 10 }));
  });

  it('names a plan by its SuperOffice description, or by its module if the description is blank', () => {
    expect(seatsWith({ description: ' Service ' }).plan).toBe('Service');
    expect(seatsWith({ description: ' ' }).plan).toBe('ten-service');
    expect(seatsWith({ name: ' Ten-Service ' }).module).toBe('ten-service');
  });

  it('lists each version as a separate purchase and a duplicate row once', () => {
    const rows = [plan({}), plan({ owner: 'SuperOffice' }), plan({ version: '12', purchased: 1 })];
    expect(countSeats(tenantWith(...rows)).map(({ purchased }) => purchased)).toEqual([15, 1]);
  });

  it.each<[string, ModuleLicense]>([
    ['a license that is not a plan', moduleLicense({ name: 'quote', scope: 'user' })],
    ['the license of users without a plan', plan({ name: 'superlicense-no-selection' })],
    ['a plan issued by a partner', plan({ owner: 'ACME' })],
  ])('omits %s', (_what, row) => {
    expect(countSeats(tenantWith(row))).toEqual([]);
  });

  it('detects a plan by its flag or by its name', () => {
    expect(seatsWith({ name: 'ten-everything' }).module).toBe('ten-everything');
    expect(seatsWith({ extraFlags: 0 }).module).toBe('ten-service');
  });
});
