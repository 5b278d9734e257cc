import { describe, expect, it } from 'vitest';
import type {
  GrantedLicense,
  TenantLicenses,
  UserLicenses,
} from '../../../../src/licensing/licenses/license-data.ts';
import { indexLicenses, indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { grantedLicense, moduleLicense, tenantWith, userPartlyKnown, userWith } from '../fixtures/tenants.ts';

const plan = { name: 'ten-sales', scope: 'user', extraFlags: 1 } as const;

function index(tenant: TenantLicenses | null, user: UserLicenses) {
  return indexLicenses(indexTenantLicenses(tenant), user, '2026-12-01');
}

describe('tenant modules', () => {
  it('tenant modules include SuperOffice licenses of every scope and exclude other owners', () => {
    const tenant = tenantWith(
      moduleLicense({ name: 'SALE' }),
      moduleLicense({ name: 'dash', scope: 'unknown' }),
      moduleLicense({ name: 'nebula', scope: 'user' }),
      moduleLicense({ name: 'target', owner: 'ACME' }),
    );
    expect([...indexTenantLicenses(tenant).modules]).toEqual(['sale', 'dash', 'nebula']);
    expect([...indexTenantLicenses(null).modules]).toEqual([]);
  });
});

describe('tenant plan rows', () => {
  it('tenant plan rows include only SuperOffice rows with ExtraFlags 1', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, extraInfo: 'set=user' }),
      moduleLicense({ ...plan, name: 'ten-service', owner: 'ACME' }),
      moduleLicense({ name: 'sales-t2', extraFlags: 2, extraInfo: '10-sal' }),
    );
    expect(indexTenantLicenses(tenant).plans.map(({ name, set }) => ({ name, set }))).toEqual([
      { name: 'ten-sales', set: ['user'] },
    ]);
  });
});

const unreadable = { ...tenantWith(moduleLicense({ name: 'server' })), complete: false };

describe('indexLicenses', () => {
  it('combines the site licenses of the tenant and the user', () => {
    const user = userWith(grantedLicense({ name: 'quote', scope: 'site' }));
    const { site } = index(tenantWith(moduleLicense({ name: 'sale' })), user);
    expect([...site]).toEqual(['sale', 'quote']);
  });

  it('expands the license set of a granted plan', () => {
    const { user, plans } = index(null, userWith(grantedLicense({ ...plan, extraInfo: 'set=sale-cal' })));
    expect([...user]).toEqual(['ten-sales', 'sale-cal']);
    expect(plans).toEqual([{ name: 'ten-sales', description: 'ten-sales', set: ['sale-cal'] }]);
  });

  it('uses the set of the tenant row when the granted plan has none', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, name: 'TEN-SALES', extraInfo: 'set=sale-cal,new-cal' }),
    );
    const { user, userLicensesKnown } = index(tenant, userWith(grantedLicense(plan)));
    expect(user.has('new-cal')).toBe(true);
    expect(userLicensesKnown).toBe(true);
  });

  it.each([
    ['the one with the description of the granted license', 'Sales Essentials', ['user', 't1'], true],
    ['no set if the description matches neither', 'Sales', [], false],
  ] as const)('uses, of two versions with different sets, %s', (_which, description, set, known) => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, description: 'Sales Essentials', extraInfo: 'set=user,t1', version: '10' }),
      moduleLicense({
        ...plan,
        description: 'Sales Premium',
        extraInfo: 'set=user,quote-cal',
        version: '11',
      }),
    );
    const { plans, userLicensesKnown } = index(tenant, userWith(grantedLicense({ ...plan, description })));
    expect(plans[0]?.set.toSorted()).toEqual(set.toSorted());
    expect(userLicensesKnown).toBe(known);
  });

  it('uses the set on which two versions agree in any order when a third version has no set', () => {
    const versions = ['set=user,t2', 'set=t2,user', ''].map((extraInfo, version) =>
      moduleLicense({ ...plan, extraInfo, version: String(version) }),
    );
    const { plans } = index(tenantWith(...versions), userWith(grantedLicense(plan)));
    expect(plans[0]?.set.toSorted()).toEqual(['t2', 'user']);
  });

  it('identifies a plan by the tenant row when the granted license has no plan flag', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, description: 'Sales Premium', extraInfo: 'set=user' }),
    );
    const user = userWith(grantedLicense({ name: 'ten-sales', description: '' }));
    expect(index(tenant, user).plans).toEqual([
      { name: 'ten-sales', description: 'Sales Premium', set: ['user'] },
    ]);
  });

  it('does not use the set of a partner row with the same name', () => {
    const tenant = tenantWith(moduleLicense({ ...plan, owner: 'ACME', extraInfo: 'set=sale-cal' }));
    expect(index(tenant, userWith(grantedLicense(plan))).user.has('sale-cal')).toBe(false);
  });

  it('ignores partner licenses', () => {
    const { user } = index(null, userWith(grantedLicense({ name: 'sale-cal', owner: 'ACME' })));
    expect([...user]).toEqual([]);
  });

  it.each([
    ['a tenant with complete licenses', tenantWith(moduleLicense({ name: 'server' })), userWith(), true],
    ['a tenant with an unreadable row', unreadable, userWith(), false],
    ['a tenant without licenses', tenantWith(), userWith(), false],
    [
      'a tenant with only partner licenses',
      tenantWith(moduleLicense({ name: 'sale', owner: 'ACME' })),
      userWith(),
      false,
    ],
    [
      'a user with a site license among incomplete licenses',
      null,
      userPartlyKnown(grantedLicense({ name: 'sale', scope: 'site' })),
      false,
    ],
    [
      'a user with a site license among complete licenses',
      null,
      userWith(grantedLicense({ name: 'sale', scope: 'site' })),
      true,
    ],
    ['a user with only user licenses', null, userWith(grantedLicense({ name: 'sale-cal' })), false],
  ] as const)('determines whether the site licenses are known for %s', (_case, tenant, user, known) => {
    expect(index(tenant, user).siteLicensesKnown).toBe(known);
  });

  it.each([
    ['licenses without a plan', tenantWith(), userWith(grantedLicense({ name: 'user' })), true],
    ['a plan with its set', null, userWith(grantedLicense({ ...plan, extraInfo: 'set=user' })), true],
    ['a plan without its set', null, userWith(grantedLicense(plan)), false],
    ['no licenses in complete data', null, userWith(), true],
    ['no licenses in incomplete data', tenantWith(), userPartlyKnown(), false],
    ['some licenses in incomplete data', null, userPartlyKnown(grantedLicense({ name: 'user' })), false],
  ] as const)('determines whether the user licenses are known for %s', (_case, tenant, user, known) => {
    expect(index(tenant, user).userLicensesKnown).toBe(known);
  });
});

describe('expired licenses in indexLicenses', () => {
  const validUntil = (expiryDate: string | null, name = 'quote-cal', owner = 'SUPEROFFICE') =>
    grantedLicense({ name, expiryDate, owner });
  const listExpired = (...granted: readonly GrantedLicense[]) => [
    ...index(null, userWith(...granted)).expired,
  ];

  // Evaluated on 2026-12-01.
  it.each([
    ['without an expiry date', null, []],
    ['until tomorrow', '2026-12-02', []],
    ['until today', '2026-12-01', []],
    ['until yesterday', '2026-11-30', [['quote-cal', '2026-11-30']]],
  ] as const)(
    'a license valid %s counts as expired only after its last day',
    (_until, expiryDate, expired) => {
      expect(listExpired(validUntil(expiryDate))).toEqual(expired);
    },
  );

  it('a license still valid in another version is not expired, in any order', () => {
    for (const validDate of [null, '2027-01-01', '2026-12-01']) {
      expect(listExpired(validUntil('2026-01-01'), validUntil(validDate, 'Quote-CAL'))).toEqual([]);
      expect(listExpired(validUntil(validDate), validUntil('2026-01-01'))).toEqual([]);
    }
  });

  it('an expired license has the last expiry date of its versions, in any order', () => {
    const days = ['2026-05-01', '2026-06-01', '2026-04-01'].map((day) => validUntil(day));
    expect(listExpired(...days)).toEqual([['quote-cal', '2026-06-01']]);
    expect(listExpired(...days.toReversed())).toEqual([['quote-cal', '2026-06-01']]);
  });

  it('expired licenses have normalized names and exclude partner licenses', () => {
    expect(
      listExpired(
        validUntil('2026-01-01', 'SuperOffice.SAINT'),
        validUntil('2026-02-01', 'quote-cal', 'ACME'),
      ),
    ).toEqual([['saint', '2026-01-01']]);
  });

  it('an expired license remains among the user licenses', () => {
    expect([...index(null, userWith(validUntil('2026-01-01'))).user]).toEqual(['quote-cal']);
  });

  it('every license that only an expired plan assigns is expired', () => {
    const expiredPlan = grantedLicense({
      ...plan,
      extraInfo: 'set=sale-cal,quote-cal',
      expiryDate: '2026-01-01',
    });
    const separateGrant = grantedLicense({ name: 'quote-cal' });
    expect(listExpired(expiredPlan, separateGrant).toSorted()).toEqual([
      ['sale-cal', '2026-01-01'],
      ['ten-sales', '2026-01-01'],
    ]);
    const other = grantedLicense({ name: 'ten-salesservice', extraFlags: 1, extraInfo: 'set=sale-cal' });
    expect(listExpired(expiredPlan, other, separateGrant)).toEqual([['ten-sales', '2026-01-01']]);
  });
});

describe('a purchased plan with an undocumented name', () => {
  const row = moduleLicense({
    name: 'own-plan',
    description: '  ',
    scope: 'user',
    extraFlags: 1,
    extraInfo: 'set=user,sale-cal',
  });

  it('the plan is recognized as a user plan even when the granted license has no plan flag', () => {
    const user = userWith(grantedLicense({ name: 'own-plan', description: '' }));
    const licenseIndex = index(tenantWith(row), user);
    expect(licenseIndex.plans).toEqual([{ name: 'own-plan', description: '', set: ['sale-cal', 'user'] }]);
    expect(licenseIndex.user.has('sale-cal')).toBe(true);
  });
});
