import { describe, expect, it } from 'vitest';
import type { ModuleLicense } from '../../../src/plans/license-data.ts';
import { planSeatsOf } from '../../../src/plans/plan-seats.ts';
import { moduleLicense, publishedTenant, tenantWith } from './fixtures/tenants.ts';

const plan = (told: Partial<ModuleLicense> = {}) =>
  moduleLicense({
    name: 'ten-sales',
    description: 'Sales Premium',
    scope: 'user',
    extraFlags: 1,
    purchased: 20,
    seats: { inUse: 15, free: 5 },
    unrestricted: false,
    ...told,
  });
const seatsOf = (...rows: readonly ModuleLicense[]) => planSeatsOf(tenantWith(...rows));

describe('planSeatsOf', () => {
  it('tells each plan with its seats, by module name, and no other license', () => {
    const modules = planSeatsOf(publishedTenant('premium')).map(({ module }) => module);
    expect(modules).toEqual(['ten-marketing', 'ten-sales', 'ten-salesservicemarketing', 'ten-service']);
    expect(seatsOf(plan(), moduleLicense({ name: 'sale' }))).toEqual([
      { plan: 'Sales Premium', module: 'ten-sales', purchased: 20, inUse: 15, free: 5 },
    ]);
  });

  it('tells each version as a purchase of its own, a row told twice once', () => {
    const rows = seatsOf(plan(), plan({ name: 'Ten-Sales' }), plan({ version: '9.2', purchased: 3 }));
    expect(rows.map(({ purchased }) => purchased)).toEqual([20, 3]);
  });

  it('says what was not told, and what has no limit', () => {
    expect(seatsOf(plan({ seats: null }))).toMatchObject([{ purchased: 20, inUse: null, free: null }]);
    expect(seatsOf(plan({ unrestricted: true }))).toMatchObject([
      { purchased: 'unlimited', inUse: 15, free: null },
    ]);
  });

  it('calls a plan without a description by its module, and leaves out other owners and "no selection"', () => {
    expect(seatsOf(plan({ description: ' ' }))).toMatchObject([{ plan: 'ten-sales' }]);
    expect(seatsOf(plan({ owner: 'ACME' }), plan({ name: 'superlicense-no-selection' }))).toEqual([]);
  });
});
