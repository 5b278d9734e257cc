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

describe('licenseChanges', () => {
  it('finds none between two readings of the same', () => {
    expect(diffLicenses(tenantWith(sales, saint), tenantWith(saint, sales))).toEqual([]);
  });

  it('finds what was bought and what is gone', () => {
    expect(diffLicenses(tenantWith(sales), tenantWith(sales, saint))).toEqual([
      { kind: 'bought', module: named(saint), purchased: 1 },
    ]);
    expect(diffLicenses(tenantWith(sales, saint), tenantWith(saint))).toEqual([
      { kind: 'gone', module: named(sales), purchased: 7 },
    ]);
  });

  it('finds another number, other contents and another end, each for itself', () => {
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

  it('takes seats in use, texts and versions for no change of licenses', () => {
    const other = { ...sales, seats: { inUse: 3, free: 4 }, description: 'x', tooltip: 'y', version: '12' };
    expect(diffLicenses(tenantWith(sales), tenantWith(other))).toEqual([]);
  });

  it('knows a module in another spelling, and apart from that of another owner', () => {
    const upper = { ...sales, owner: sales.owner.toLowerCase(), name: 'TEN-SALES' };
    expect(diffLicenses(tenantWith(sales), tenantWith(upper))).toEqual([]);
    const foreign = { ...sales, owner: 'APERIAM' };
    expect(diffLicenses(tenantWith(sales), tenantWith(sales, foreign))).toEqual([
      { kind: 'bought', module: named(foreign), purchased: 7 },
    ]);
  });

  it('takes what a reading with unreadable rows does not tell neither for gone nor, later, for bought', () => {
    const incomplete = { ...tenantWith(sales), complete: false };
    expect(diffLicenses(tenantWith(sales, saint), incomplete)).toEqual([]);
    expect(diffLicenses(incomplete, tenantWith(sales, saint))).toEqual([]);
  });
});

describe('userPlanChanges', () => {
  const user = (associateId: number, userPlan: string) => ({ associateId, userPlan });

  it('finds who has another plan, who came with one, and who left', () => {
    const before = [user(1, 'Sales'), user(2, 'Service'), user(3, 'Sales'), user(5, '')];
    const after = [user(1, 'Sales'), user(2, 'Sales'), user(4, 'Service'), user(5, 'Sales'), user(6, '')];
    expect(diffUserPlans(before, after)).toEqual([
      { associateId: 2, change: { kind: 'user-plan', from: 'Service', to: 'Sales' } },
      { associateId: 3, change: { kind: 'user-plan', from: 'Sales', to: '' } },
      { associateId: 5, change: { kind: 'user-plan', from: '', to: 'Sales' } },
      { associateId: 4, change: { kind: 'user-plan', from: '', to: 'Service' } },
    ]);
  });

  it('says nothing about a first list, for nobody knows what was before', () => {
    expect(diffUserPlans([], [user(1, 'Sales')])).toEqual([]);
  });

  it('finds that everybody left', () => {
    expect(diffUserPlans([user(1, 'Sales')], [])).toHaveLength(1);
  });
});
