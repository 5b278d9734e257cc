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

describe('findNotices', () => {
  it.each([
    ['2027-02-26', 'none'],
    ['2027-02-27', 'license-expires-soon'],
    ['2027-03-27', 'license-expires-soon'],
    ['2027-03-28', 'license-expired'],
    ['2027-04-08', 'license-expired'],
    ['2027-04-09', 'license-read-only'],
  ])('on %s, the notice is %s', (today, kind) => {
    expect(findNotices(dated, today)[0]?.kind ?? 'none').toBe(kind);
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

describe('toLicenseDates', () => {
  it('uses the expiry date of an incomplete tenant license, and the user licenses only without one', () => {
    const validUntil = grantedLicense({ name: 'sale', scope: 'site', expiryDate: '2030-01-01' });
    const incomplete = { ...dated, complete: false };
    expect(toLicenseDates(incomplete, userWith(validUntil)).expiryDate).toBe('2027-03-27');
    const unknown = { ...tenantWith(), complete: false };
    expect(toLicenseDates(unknown, userWith(validUntil)).expiryDate).toBe('2030-01-01');
  });

  const unknown = { adminWarningDate: null, graceDate: null };
  const validUntil = (expiryDate: string | null, scope: LicenseScope = 'site', owner = 'SUPEROFFICE') =>
    grantedLicense({ name: 'server', scope, expiryDate, owner });

  it('uses the dates of the tenant license, regardless of the user licenses', () => {
    expect(toLicenseDates(dated, userWith(validUntil('2030-01-01')))).toMatchObject({
      expiryDate: '2027-03-27',
      adminWarningDate: '2027-02-27',
      graceDate: '2027-04-08',
    });
    expect(toLicenseDates(tenantWith(), userWith(validUntil('2020-01-01'))).expiryDate).toBeNull();
  });

  it.each([
    ['that of the only site license', [validUntil('2027-03-27')], '2027-03-27'],
    [
      'the latest of several site licenses',
      [validUntil('2027-03-27'), validUntil('2028-01-01'), validUntil('2026-05-01')],
      '2028-01-01',
    ],
    ['null if a site license never expires', [validUntil('2027-03-27'), validUntil(null)], null],
    ['null if there are only user licenses', [validUntil('2027-03-27', 'user')], null],
    [
      'that of the site license if a user license never expires',
      [validUntil('2027-03-27'), validUntil(null, 'user')],
      '2027-03-27',
    ],
    ['null if there are only partner licenses', [validUntil('2027-03-27', 'site', 'ACME')], null],
    [
      'that of the SuperOffice license, not of a partner license',
      [validUntil('2027-03-27'), validUntil('2029-01-01', 'site', 'ACME')],
      '2027-03-27',
    ],
    ['null without licenses', [], null],
  ] as const)('when the tenant license was refused, the expiry date is %s', (_case, granted, expiryDate) => {
    expect(toLicenseDates(null, userWith(...granted))).toEqual({ ...unknown, expiryDate });
  });

  it('returns no dates and no notices when neither tenant nor user is known', () => {
    expect(toLicenseDates(null, null)).toEqual({ ...unknown, expiryDate: null });
    expect(findNotices(toLicenseDates(null, null), '2030-01-01')).toEqual([]);
  });
});
