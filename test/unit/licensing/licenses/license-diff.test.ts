import { describe, expect, it } from 'vitest';
import { diffLicenses, diffUserPlans } from '../../../../src/licensing/licenses/license-diff.ts';
import { moduleLicense, tenantWith } from '../fixtures/tenants.ts';

const sales = moduleLicense({
  name: 'ten-sales',
  description: 'Sales Premium',
  purchased: 7,
  extraInfo: 'set=a,b',
});
const saint = moduleLicense({ name: 'saint', description: 'SAINT', purchased: 1 });
const named = ({ owner, name, description }: typeof sales) => ({ owner, name, description });

describe('diffLicenses', () => {
  it('returns no changes for the same licenses in another order', () => {
    expect(diffLicenses(tenantWith(sales, saint), tenantWith(saint, sales))).toEqual([]);
  });

  it('reports a purchased license and a removed license', () => {
    expect(diffLicenses(tenantWith(sales), tenantWith(sales, saint))).toEqual([
      { kind: 'added', module: named(saint), purchased: 1 },
    ]);
    expect(diffLicenses(tenantWith(sales, saint), tenantWith(saint))).toEqual([
      { kind: 'removed', module: named(sales), purchased: 7 },
    ]);
  });

  it('reports a changed number, changed contents and a changed expiry date separately', () => {
    const before = { ...tenantWith(sales), expiryDate: '2027-03-27' };
    const more = { ...sales, purchased: 9, extraInfo: 'set=a', description: 'Sales Premium 2' };
    const after = { ...tenantWith(more), expiryDate: null };
    const module = { ...named(sales), description: 'Sales Premium 2' };
    expect(diffLicenses(before, after)).toEqual([
      { kind: 'purchased', module, from: 7, to: 9 },
      { kind: 'contents', module, from: 'set=a,b', to: 'set=a' },
      { kind: 'expiry', from: '2027-03-27', to: null },
    ]);
  });

  it('ignores changes of seats in use, texts and versions', () => {
    const other = { ...sales, seats: { inUse: 3, free: 4 }, description: 'x', tooltip: 'y', version: '12' };
    expect(diffLicenses(tenantWith(sales), tenantWith(other))).toEqual([]);
  });

  it('takes a purchased number that is not reported for no change', () => {
    const unreported = { ...sales, purchased: 0 };
    expect(diffLicenses(tenantWith(sales), tenantWith(unreported))).toEqual([]);
    expect(diffLicenses(tenantWith(unreported), tenantWith(sales))).toEqual([]);
  });

  it('matches a module in another spelling and distinguishes the same name of another owner', () => {
    const upper = { ...sales, owner: sales.owner.toLowerCase(), name: 'TEN-SALES' };
    expect(diffLicenses(tenantWith(sales), tenantWith(upper))).toEqual([]);
    const foreign = { ...sales, owner: 'APERIAM' };
    expect(diffLicenses(tenantWith(sales), tenantWith(sales, foreign))).toEqual([
      { kind: 'added', module: named(foreign), purchased: 7 },
    ]);
  });

  it('reports a license missing from incomplete data neither as removed nor later as purchased', () => {
    const incomplete = { ...tenantWith(sales), complete: false };
    expect(diffLicenses(tenantWith(sales, saint), incomplete)).toEqual([]);
    expect(diffLicenses(incomplete, tenantWith(sales, saint))).toEqual([]);
  });
});

describe('diffUserPlans', () => {
  const user = (associateId: number, userPlan: string) => ({ associateId, userPlan });

  it('reports users with a changed plan, new users with a plan, and removed users', () => {
    const before = [user(1, 'Sales'), user(2, 'Service'), user(3, 'Sales'), user(5, '')];
    const after = [user(1, 'Sales'), user(2, 'Sales'), user(4, 'Service'), user(5, 'Sales'), user(6, '')];
    expect(diffUserPlans(before, after)).toEqual([
      { associateId: 2, change: { kind: 'user-plan', from: 'Service', to: 'Sales' } },
      { associateId: 3, change: { kind: 'user-plan', from: 'Sales', to: '' } },
      { associateId: 5, change: { kind: 'user-plan', from: '', to: 'Sales' } },
      { associateId: 4, change: { kind: 'user-plan', from: '', to: 'Service' } },
    ]);
  });

  it('reports nothing for the first list because no earlier list exists', () => {
    expect(diffUserPlans([], [user(1, 'Sales')])).toEqual([]);
  });

  it('reports the removal of all users', () => {
    expect(diffUserPlans([user(1, 'Sales')], [])).toHaveLength(1);
  });
});
