import { describe, expect, it, vi } from 'vitest';
import { memoizeReports } from '../../../../src/licensing/entitlements/report-cache.ts';
import type {
  GrantedLicense,
  TenantLicenses,
  UserLicenses,
} from '../../../../src/licensing/licenses/license-data.ts';
import { reportEntitlements } from '../fixtures/engine.ts';
import { grantedLicense, tenantWith, userWith } from '../fixtures/tenants.ts';

const user: UserLicenses = {
  ...userWith(grantedLicense({ name: 'sale-cal' }), grantedLicense({ name: 'web' })),
  functionRights: ['hide-sale', 'admin-all'],
};

function setUp() {
  const createReport = vi.fn((each: UserLicenses) =>
    reportEntitlements({ tenant: null, user: each, today: '2026-12-01' }),
  );
  const reportOn = memoizeReports((_tenant, each) => createReport(each));
  const getReport = (each: UserLicenses, today = '2026-12-01', licenses: TenantLicenses | null = null) =>
    reportOn({ licenses, today }, each);
  return { createReport, getReport };
}

/** Returns a license that differs from others only in its name. */
function named(name: string): GrantedLicense {
  return grantedLicense({ name, description: '' });
}

/** Returns the same user with the first license changed. */
function changed(change: Partial<GrantedLicense>): UserLicenses {
  return {
    ...user,
    granted: user.granted.map((each, index) => (index === 0 ? { ...each, ...change } : each)),
  };
}

describe('memoizeReports', () => {
  it('builds one report for all users with identical licenses and rights', () => {
    const { createReport, getReport } = setUp();
    const first = getReport(user);
    const other = { ...structuredClone(user), associateId: 7 };
    expect(getReport(other)).toBe(first);
    expect(getReport(user)).toBe(first);
    expect(createReport).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['the name of a license', changed({ name: 'quote-cal' })],
    ['the owner of a license', changed({ owner: 'ACME' })],
    ['the scope of a license', changed({ scope: 'site' })],
    ['the description of a license', changed({ description: 'Sales' })],
    ['the expiry date of a license', changed({ expiryDate: '2026-01-01' })],
    ['the flags of a license', changed({ extraFlags: 1 })],
    ['the set of a license', changed({ extraInfo: 'set=web' })],
    ['a missing license', { ...user, granted: user.granted.slice(0, 1) }],
    ['the completeness of the licenses', { ...user, complete: false }],
    ['unknown function rights', { ...user, functionRights: null }],
    ['no function rights', { ...user, functionRights: [] }],
    ['another function right', { ...user, functionRights: ['hide-sale', 'admin-users'] }],
    ['two function rights joined into one', { ...user, functionRights: ['hide-sale,admin-all'] }],
    ['a function right split in two', { ...user, functionRights: ['hide-sale', 'admin', 'all'] }],
    [
      'a function right with the name of a license',
      { ...user, granted: user.granted.slice(0, 1), functionRights: ['web', 'hide-sale', 'admin-all'] },
    ],
  ] as const)('builds separate reports for users that differ in: %s', (_what, other) => {
    const { createReport, getReport } = setUp();
    for (const each of [user, other, user, other]) getReport(each);
    expect(createReport.mock.calls).toEqual([[user], [other]]);
  });

  it.each<[string, UserLicenses, UserLicenses]>([
    [
      'unknown function rights and no function rights',
      { ...user, functionRights: [] },
      { ...user, functionRights: null },
    ],
    [
      'function rights that contain a comma',
      { ...user, functionRights: ['a,b', 'c'] },
      { ...user, functionRights: ['a', 'b,c'] },
    ],
    [
      'license names that contain a comma',
      userWith(named('a,b'), named('c')),
      userWith(named('a'), named('b,c')),
    ],
  ])('builds separate reports for users whose data look alike but differ in: %s', (_what, one, other) => {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const) {
      const { createReport, getReport } = setUp();
      for (const each of [a, b, a, b]) getReport(each);
      expect(createReport.mock.calls).toEqual([[a], [b]]);
    }
  });

  it.each([
    ['a user without dates', {}, null, 1],
    ['a license of the user that expires on the second day', {}, '2026-12-02', 2],
    ['a license of the user that has expired on the second day', {}, '2026-12-01', 2],
    ['a license of the user that expired before', {}, '2026-11-30', 1],
    ['a license of the user that expires later', {}, '2026-12-03', 1],
    ['an expiry date of the tenant', { expiryDate: '2026-12-01' }, null, 2],
    ['a first day of warnings', { adminWarningDate: '2026-12-02' }, null, 2],
    ['a grace period that ends', { graceDate: '2026-12-01' }, null, 2],
    ['a grace period that ends later', { graceDate: '2026-12-03' }, null, 1],
  ])(
    'builds another report on another day only for a date in between: %s',
    (_what, dates, expiryDate, count) => {
      const { createReport, getReport } = setUp();
      const tenant = { ...tenantWith(), ...dates };
      const other = changed({ expiryDate });
      for (const day of ['2026-12-01', '2026-12-02', '2026-12-01', '2026-12-02'])
        getReport(other, day, tenant);
      expect(createReport).toHaveBeenCalledTimes(count);
    },
  );

  it('caches at most 64 reports of a tenant and clears the cache beyond that', () => {
    const { createReport, getReport } = setUp();
    const users = Array.from({ length: 65 }, (_each, index) => changed({ description: `${index}` }));
    const [first = user] = users;
    for (const each of [...users.slice(0, 64), ...users.slice(0, 64)]) getReport(each);
    expect(createReport).toHaveBeenCalledTimes(64);
    for (const each of [...users.slice(64), first, first]) getReport(each);
    expect(createReport).toHaveBeenCalledTimes(66);
  });
});
