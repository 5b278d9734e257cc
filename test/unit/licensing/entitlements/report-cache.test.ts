import { describe, expect, it, vi } from 'vitest';
import { memoizeReports } from '../../../../src/licensing/entitlements/report-cache.ts';
import type { GrantedLicense, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { reportEntitlements } from '../fixtures/engine.ts';
import { grantedLicense, userWith } from '../fixtures/tenants.ts';

const user: UserLicenses = {
  ...userWith(grantedLicense({ name: 'sale-cal' }), grantedLicense({ name: 'web' })),
  functionRights: ['hide-sale', 'admin-all'],
};

function setUp() {
  const createReport = vi.fn((each: UserLicenses) =>
    reportEntitlements({ tenant: null, user: each, today: '2026-12-01' }),
  );
  return { make: createReport, reportOn: memoizeReports(createReport) };
}

/** Licenses that differ in their names only. */
function named(name: string): GrantedLicense {
  return grantedLicense({ name, description: '' });
}

/** The same user with the first license changed. */
function changed(change: Partial<GrantedLicense>): UserLicenses {
  return {
    ...user,
    granted: user.granted.map((each, index) => (index === 0 ? { ...each, ...change } : each)),
  };
}

describe('entitlement report cache', () => {
  it('builds one report for all users with identical licenses and rights', () => {
    const { make: createReport, reportOn: getReport } = setUp();
    const first = getReport(user);
    const other = { ...structuredClone(user), associateId: 7 };
    expect(getReport(other)).toBe(first);
    expect(getReport(user)).toBe(first);
    expect(createReport).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a name', changed({ name: 'quote-cal' })],
    ['an owner', changed({ owner: 'ACME' })],
    ['a scope', changed({ scope: 'site' })],
    ['a description', changed({ description: 'Sales' })],
    ['an expiry date', changed({ expiryDate: '2026-01-01' })],
    ['flags', changed({ extraFlags: 1 })],
    ['a set', changed({ extraInfo: 'set=web' })],
    ['a license less', { ...user, granted: user.granted.slice(0, 1) }],
    ['completeness', { ...user, complete: false }],
    ['no word on rights', { ...user, functionRights: null }],
    ['no rights', { ...user, functionRights: [] }],
    ['another right', { ...user, functionRights: ['hide-sale', 'admin-users'] }],
    ['rights run together', { ...user, functionRights: ['hide-sale,admin-all'] }],
    ['rights parted elsewhere', { ...user, functionRights: ['hide-sale', 'admin', 'all'] }],
    [
      'a right for a license',
      { ...user, granted: user.granted.slice(0, 1), functionRights: ['web', 'hide-sale', 'admin-all'] },
    ],
  ] as const)('builds separate reports for users that differ in: %s', (_what, other) => {
    const { make: createReport, reportOn: getReport } = setUp();
    for (const each of [user, other, user, other]) getReport(each);
    expect(createReport.mock.calls).toEqual([[user], [other]]);
  });

  it.each<[string, UserLicenses, UserLicenses]>([
    ['no word on rights', { ...user, functionRights: [] }, { ...user, functionRights: null }],
    [
      'rights with a comma in them',
      { ...user, functionRights: ['a,b', 'c'] },
      { ...user, functionRights: ['a', 'b,c'] },
    ],
    ['names with a comma in them', userWith(named('a,b'), named('c')), userWith(named('a'), named('b,c'))],
  ])('builds separate reports for users whose data look alike but differ in: %s', (_what, one, other) => {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const) {
      const { make: createReport, reportOn: getReport } = setUp();
      for (const each of [a, b, a, b]) getReport(each);
      expect(createReport.mock.calls).toEqual([[a], [b]]);
    }
  });

  it('caches at most 64 reports of a tenant and clears the cache beyond that', () => {
    const { make: createReport, reportOn: getReport } = setUp();
    const users = Array.from({ length: 65 }, (_each, index) => changed({ description: `${index}` }));
    const [first = user] = users;
    for (const each of [...users.slice(0, 64), ...users.slice(0, 64)]) getReport(each);
    expect(createReport).toHaveBeenCalledTimes(64);
    for (const each of [...users.slice(64), first, first]) getReport(each);
    expect(createReport).toHaveBeenCalledTimes(66);
  });
});
