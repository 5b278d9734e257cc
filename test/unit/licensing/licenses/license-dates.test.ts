import { describe, expect, it } from 'vitest';
import type { LicenseScope } from '../../../../src/licensing/licenses/license-data.ts';
import { findNotices, toLicenseDates } from '../../../../src/licensing/licenses/license-dates.ts';
import { grantedLicense, tenantWith, userWith } from '../fixtures/tenants.ts';

const dated = {
  ...tenantWith(),
  adminWarningDate: '2027-02-27',
  expiryDate: '2027-03-27',
  graceDate: '2027-04-08',
};

describe('noticesOn', () => {
  it.each([
    ['2027-02-26', undefined],
    ['2027-02-27', 'license-expires-soon'],
    ['2027-03-27', 'license-expires-soon'],
    ['2027-03-28', 'license-expired'],
    ['2027-04-08', 'license-expired'],
    ['2027-04-09', 'license-read-only'],
  ])('on %s returns the notice %s', (today, kind) => {
    expect(findNotices(dated, today)[0]?.kind).toBe(kind);
  });

  it('returns the date of the notice and the grace date', () => {
    expect(findNotices(dated, '2027-04-01')).toEqual([
      { kind: 'license-expired', date: '2027-03-27', graceDate: '2027-04-08' },
    ]);
    expect(findNotices(dated, '2027-05-01')).toEqual([
      { kind: 'license-read-only', date: '2027-04-08', graceDate: '2027-04-08' },
    ]);
  });

  it('ignores a grace date when the license has not expired or never expires', () => {
    const graceDate = '2020-01-01';
    expect(findNotices({ ...dated, expiryDate: null, graceDate }, '2027-01-01')).toEqual([]);
    expect(findNotices({ ...dated, graceDate }, '2027-01-01')).toEqual([]);
  });

  it('stays expired without a grace date, and returns nothing without a warning or expiry date', () => {
    expect(findNotices({ ...dated, graceDate: null }, '2030-01-01')[0]?.kind).toBe('license-expired');
    expect(findNotices({ ...dated, adminWarningDate: null }, '2027-03-01')).toEqual([]);
    expect(findNotices(tenantWith(), '2030-01-01')).toEqual([]);
  });
});

describe('license dates for a user', () => {
  it('uses the expiry date of an incomplete tenant license, and the user licenses only without one', () => {
    const until = grantedLicense({ name: 'sale', scope: 'site', expiryDate: '2030-01-01' });
    const told = { ...dated, complete: false };
    expect(toLicenseDates(told, userWith(until)).expiryDate).toBe('2027-03-27');
    const unknown = { ...tenantWith(), complete: false };
    expect(toLicenseDates(unknown, userWith(until)).expiryDate).toBe('2030-01-01');
  });

  const unknown = { adminWarningDate: null, graceDate: null };
  const until = (expiryDate: string | null, scope: LicenseScope = 'site', owner = 'SUPEROFFICE') =>
    grantedLicense({ name: 'server', scope, expiryDate, owner });

  it('uses the dates of the tenant license, regardless of the user licenses', () => {
    expect(toLicenseDates(dated, userWith(until('2030-01-01')))).toMatchObject({
      expiryDate: '2027-03-27',
      adminWarningDate: '2027-02-27',
      graceDate: '2027-04-08',
    });
    expect(toLicenseDates(tenantWith(), userWith(until('2020-01-01'))).expiryDate).toBeNull();
  });

  it.each([
    ['the day of the one site license', [until('2027-03-27')], '2027-03-27'],
    [
      'the last day of several',
      [until('2027-03-27'), until('2028-01-01'), until('2026-05-01')],
      '2028-01-01',
    ],
    ['none where one counts for ever', [until('2027-03-27'), until(null)], null],
    ['none of user licenses', [until('2027-03-27', 'user')], null],
    [
      'the day of site licenses beside a user license for ever',
      [until('2027-03-27'), until(null, 'user')],
      '2027-03-27',
    ],
    ['none of a partner', [until('2027-03-27', 'site', 'ACME')], null],
    [
      'the day of SuperOffice’s beside a partner’s',
      [until('2027-03-27'), until('2029-01-01', 'site', 'ACME')],
      '2027-03-27',
    ],
    ['none where nothing is held', [], null],
  ] as const)('when the tenant license was refused, the expiry date is %s', (_case, granted, expiryDate) => {
    expect(toLicenseDates(null, userWith(...granted))).toEqual({ ...unknown, expiryDate });
  });

  it('returns no dates and no notices when neither tenant nor user is known', () => {
    expect(toLicenseDates(null, null)).toEqual({ ...unknown, expiryDate: null });
    expect(findNotices(toLicenseDates(null, null), '2030-01-01')).toEqual([]);
  });
});
