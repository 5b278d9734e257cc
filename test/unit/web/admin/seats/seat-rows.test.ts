import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import { namedSeats, seatRows, seatsNote } from '../../../../../src/web/admin/seats/seat-rows.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../../licensing/fixtures/golden-cases.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../../../licensing/fixtures/tenants.ts';
import { english, german, languages } from '../../harness.ts';

const listRows = (tenant: TenantLicenses, language = english) =>
  seatRows(namedSeats(entitlementEngine(tenant, '2026-12-01'), language), language);
const plan = moduleLicense({ name: 'ten-sales', description: 'Sales', scope: 'user', extraFlags: 1 });

describe('seat rows', () => {
  it('lists the purchased, used and free seats of each user plan', () => {
    expect(listRows(publishedTenant('premium'))[0]).toEqual({
      plan: 'Marketing-Premium',
      purchased: '7',
      inUse: '3',
      free: '4',
      isOverused: false,
    });
    expect(listRows(publishedTenant('premium')).map((row) => row.plan)).toEqual([
      'Marketing-Premium',
      'Sales-Premium',
      'Sales-Premium + Service-Premium + Marketing-Premium',
      'Service-Premium',
    ]);
  });

  it('lists the seats of the CRM Suite plan under its name', () => {
    expect(listRows(publishedTenant('suite-core'))).toEqual([
      { plan: 'CRM Suite Core', purchased: '20', inUse: '17', free: '3', isOverused: false },
    ]);
  });

  it('shows unlimited seats on CRM Suite, and a generic name for an unknown Suite plan', () => {
    const tenant = goldenTenants.get('suite-unlimited-seats') ?? tenantWith();
    expect(listRows(tenant)).toMatchObject([{ purchased: 'Unlimited', free: 'Unlimited' }]);
    const open = { name: '?', description: 'CRM Suite Enterprise', scope: 'user', purchased: 3 } as const;
    const unknown = tenantWith(moduleLicense({ ...open, seats: { inUse: 1, free: 2 } }));
    expect(listRows(unknown)).toMatchObject([{ plan: 'CRM Suite', purchased: '3', inUse: '1', free: '2' }]);
  });

  it('shows missing counts as not reported and unrestricted counts as unlimited', () => {
    expect(listRows(tenantWith({ ...plan, purchased: 0, seats: null }))).toMatchObject([
      { plan: 'Sales', purchased: 'not reported', inUse: 'not reported', free: 'not reported' },
    ]);
    expect(listRows(tenantWith({ ...plan, unrestricted: true, seats: { inUse: 5, free: 0 } }))).toMatchObject(
      [{ plan: 'Sales', purchased: 'Unlimited', inUse: '5', free: 'Unlimited' }],
    );
  });

  it('shows an excess below zero, marks its row, and keeps each count that is reported', () => {
    const over = tenantWith({ ...plan, purchased: 18, seats: { inUse: 21, free: null } });
    for (const language of languages.codes.map((code) => languages.choose([code]))) {
      expect(listRows(over, language)).toEqual([
        { plan: 'Sales', purchased: '18', inUse: '21', free: '−3', isOverused: true },
      ]);
    }
    const suite = goldenTenants.get('suite-name-starter') ?? tenantWith();
    const modules = suite.modules.map((row) => ({ ...row, seats: { inUse: 21, free: 0 } }));
    expect(listRows({ ...suite, modules })).toMatchObject([{ purchased: '20', inUse: '21', free: '−1' }]);
  });

  it('shows the seats in use and no number of free seats of a tenant billed by use', () => {
    const huge = { ...plan, purchased: 100_000, seats: { inUse: 18, free: 99_982 } };
    const billed = { purchased: 'billed by use', inUse: '18', free: 'billed by use', isOverused: false };
    expect(listRows(tenantWith(huge))).toEqual([{ plan: 'Sales', ...billed }]);
    const suite = { ...huge, name: '?', description: 'CRM Suite Core', extraFlags: 0 };
    expect(listRows(tenantWith(suite))).toEqual([{ plan: 'CRM Suite Core', ...billed }]);
  });

  it('formats counts in the number format of the language', () => {
    const many = tenantWith({ ...plan, purchased: 1600, seats: { inUse: 400, free: 1200 } });
    expect(listRows(many, german)[0]).toMatchObject({ purchased: '1.600', inUse: '400', free: '1.200' });
  });

  it('returns no rows for a tenant without plans and gives one of two reasons', () => {
    expect(listRows(tenantWith(moduleLicense({ name: 'server' })))).toEqual([]);
    expect(seatsNote(true, english)).toContain('no plan with seats');
    expect(seatsNote(false, english)).toContain('did not let Planlens read');
  });
});
