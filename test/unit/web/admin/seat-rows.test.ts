import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { seatRows, seatsNote } from '../../../../src/web/admin/seat-rows.ts';
import { entitlementEngine } from '../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../licensing/fixtures/golden-cases.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../../licensing/fixtures/tenants.ts';
import { english, german } from '../harness.ts';

const listRows = (tenant: TenantLicenses, language = english) =>
  seatRows(tenant, entitlementEngine(tenant, '2026-12-01'), language);
const plan = moduleLicense({ name: 'ten-sales', description: 'Sales', scope: 'user', extraFlags: 1 });

describe('seat rows', () => {
  it('lists the purchased, used and free seats of each user plan', () => {
    expect(listRows(publishedTenant('premium'))[0]).toEqual({
      plan: 'Marketing Premium',
      purchased: '7',
      inUse: '3',
      free: '4',
    });
    expect(listRows(publishedTenant('premium'))).toHaveLength(4);
  });

  it('lists the seats of the CRM Suite plan under its name', () => {
    expect(listRows(publishedTenant('suite-core'))).toEqual([
      { plan: 'CRM Suite Core', purchased: '20', inUse: '17', free: '3' },
    ]);
  });

  it('shows unlimited seats on CRM Suite, and a generic name for an unknown Suite plan', () => {
    const tenant = goldenTenants.get('suite-unlimited-seats') ?? tenantWith();
    expect(listRows(tenant)).toMatchObject([{ purchased: 'Unlimited', free: 'Unlimited' }]);
    const open = { name: '?', description: 'CRM Suite Enterprise', scope: 'user', purchased: 3 } as const;
    const unknown = tenantWith(moduleLicense({ ...open, seats: { inUse: 1, free: 2 } }));
    expect(listRows(unknown)).toEqual([{ plan: 'CRM Suite', purchased: '3', inUse: '1', free: '2' }]);
  });

  it('shows missing counts as not reported and unrestricted counts as unlimited', () => {
    expect(listRows(tenantWith({ ...plan, purchased: 0, seats: null }))).toEqual([
      { plan: 'Sales', purchased: 'not told', inUse: 'not told', free: 'not told' },
    ]);
    expect(listRows(tenantWith({ ...plan, unrestricted: true, seats: { inUse: 5, free: 0 } }))).toEqual([
      { plan: 'Sales', purchased: 'Unlimited', inUse: '5', free: 'Unlimited' },
    ]);
  });

  it('formats counts in the number format of the language', () => {
    const many = tenantWith({ ...plan, purchased: 1600, seats: { inUse: 400, free: 1200 } });
    expect(listRows(many, german)[0]).toMatchObject({ purchased: '1.600', inUse: '400', free: '1.200' });
  });

  it('returns no rows for a tenant without plans and gives one of two reasons', () => {
    expect(listRows(tenantWith(moduleLicense({ name: 'server' })))).toEqual([]);
    expect(seatsNote(true, english)).toContain('no plan whose seats');
    expect(seatsNote(false, english)).toContain('did not let Planlens read');
  });
});
