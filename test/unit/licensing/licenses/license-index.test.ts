import { describe, expect, it } from 'vitest';
import { findUnknownModules } from '../../../../src/licensing/entitlements/unknown-modules.ts';
import type {
  GrantedLicense,
  TenantLicenses,
  UserLicenses,
} from '../../../../src/licensing/licenses/license-data.ts';
import { indexLicenses, indexTenantLicenses } from '../../../../src/licensing/licenses/license-index.ts';
import { isSuperOffice, normalizeModuleName } from '../../../../src/licensing/licenses/module-names.ts';
import { rules } from '../fixtures/engine.ts';
import { grantedLicense, moduleLicense, tenantWith, userPartlyKnown, userWith } from '../fixtures/tenants.ts';

const plan = { name: 'ten-sales', scope: 'user', extraFlags: 1 } as const;

describe('module names', () => {
  it('module names are compared in lower case and without the SuperOffice owner prefix', () => {
    expect(normalizeModuleName(' SuperOffice.Sale-CAL ')).toBe('sale-cal');
    expect(normalizeModuleName('acme.sale-cal')).toBe('acme.sale-cal');
  });

  it('module names belong to SuperOffice regardless of the case of the owner', () => {
    expect(isSuperOffice('SuperOffice')).toBe(true);
    expect(isSuperOffice('ACME')).toBe(false);
    expect(isSuperOffice('')).toBe(false);
  });
});

function lookUp(tenant: TenantLicenses | null, user: UserLicenses) {
  return indexLicenses(indexTenantLicenses(tenant), user, '2026-12-01');
}

function unrecognizedModules(tenant: TenantLicenses | null, user: UserLicenses | null) {
  return [
    ...findUnknownModules([...(tenant?.modules ?? []), ...(user?.granted ?? [])], rules).values(),
  ].sort();
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
    const { site } = lookUp(tenantWith(moduleLicense({ name: 'sale' })), user);
    expect([...site]).toEqual(['sale', 'quote']);
  });

  it('expands the license set of a granted plan', () => {
    const { user, plans } = lookUp(null, userWith(grantedLicense({ ...plan, extraInfo: 'set=sale-cal' })));
    expect([...user]).toEqual(['ten-sales', 'sale-cal']);
    expect(plans).toEqual([{ name: 'ten-sales', description: 'ten-sales', set: ['sale-cal'] }]);
  });

  it('uses the set of the tenant row when the granted plan has none', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, name: 'TEN-SALES', extraInfo: 'set=sale-cal,new-cal' }),
    );
    const { user, userLicensesKnown } = lookUp(tenant, userWith(grantedLicense(plan)));
    expect(user.has('new-cal')).toBe(true);
    expect(userLicensesKnown).toBe(true);
  });

  it.each([
    ['the one described like the grant', 'Sales Essentials', ['user', 't1'], true],
    ['none where the description fits neither', 'Sales', [], false],
  ] as const)('uses, of two versions with different sets, %s', (_which, description, set, told) => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, description: 'Sales Essentials', extraInfo: 'set=user,t1', version: '10' }),
      moduleLicense({
        ...plan,
        description: 'Sales Premium',
        extraInfo: 'set=user,quote-cal',
        version: '11',
      }),
    );
    const { plans, userLicensesKnown } = lookUp(tenant, userWith(grantedLicense({ ...plan, description })));
    expect(plans[0]?.set.toSorted()).toEqual(set.toSorted());
    expect(userLicensesKnown).toBe(told);
  });

  it('uses the set on which two versions agree in any order when a third version has no set', () => {
    const versions = ['set=user,t2', 'set=t2,user', ''].map((extraInfo, version) =>
      moduleLicense({ ...plan, extraInfo, version: String(version) }),
    );
    const { plans } = lookUp(tenantWith(...versions), userWith(grantedLicense(plan)));
    expect(plans[0]?.set.toSorted()).toEqual(['t2', 'user']);
  });

  it('identifies a plan by the tenant row when the granted license has no plan flag', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, description: 'Sales Premium', extraInfo: 'set=user' }),
    );
    const user = userWith(grantedLicense({ name: 'ten-sales', description: '' }));
    expect(lookUp(tenant, user).plans).toEqual([
      { name: 'ten-sales', description: 'Sales Premium', set: ['user'] },
    ]);
  });

  it('does not use the set of a partner row with the same name', () => {
    const tenant = tenantWith(moduleLicense({ ...plan, owner: 'ACME', extraInfo: 'set=sale-cal' }));
    expect(lookUp(tenant, userWith(grantedLicense(plan))).user.has('sale-cal')).toBe(false);
  });

  it('ignores partner licenses', () => {
    const { user } = lookUp(null, userWith(grantedLicense({ name: 'sale-cal', owner: 'ACME' })));
    expect([...user]).toEqual([]);
  });

  it.each([
    ['a tenant', tenantWith(moduleLicense({ name: 'server' })), userWith(), true],
    ['a tenant of which not every row was readable', unreadable, userWith(), false],
    ['a tenant without a single license', tenantWith(), userWith(), false],
    [
      'a tenant with a partner’s alone',
      tenantWith(moduleLicense({ name: 'sale', owner: 'ACME' })),
      userWith(),
      false,
    ],
    [
      'a site license among some',
      null,
      userPartlyKnown(grantedLicense({ name: 'sale', scope: 'site' })),
      false,
    ],
    ['a granted site license', null, userWith(grantedLicense({ name: 'sale', scope: 'site' })), true],
    ['only user licenses', null, userWith(grantedLicense({ name: 'sale-cal' })), false],
  ] as const)('determines whether the site licenses are known for %s', (_case, tenant, user, told) => {
    expect(lookUp(tenant, user).siteLicensesKnown).toBe(told);
  });

  it.each([
    ['licenses without a plan', tenantWith(), userWith(grantedLicense({ name: 'user' })), true],
    ['a plan with its set', null, userWith(grantedLicense({ ...plan, extraInfo: 'set=user' })), true],
    ['a plan without its set', null, userWith(grantedLicense(plan)), false],
    ['no license, and that is all', null, userWith(), true],
    ['no license, and perhaps not all', tenantWith(), userPartlyKnown(), false],
    ['some licenses, perhaps not all', null, userPartlyKnown(grantedLicense({ name: 'user' })), false],
  ] as const)('determines whether the user licenses are known for %s', (_case, tenant, user, told) => {
    expect(lookUp(tenant, user).userLicensesKnown).toBe(told);
  });
});

describe('expired licenses in lookUpLicenses', () => {
  const until = (expiryDate: string | null, name = 'quote-cal', owner = 'SUPEROFFICE') =>
    grantedLicense({ name, expiryDate, owner });
  const expiredOf = (...granted: readonly GrantedLicense[]) => [
    ...lookUp(null, userWith(...granted)).expired,
  ];

  // Looked up on 2026-12-01.
  it.each([
    ['for ever', null, []],
    ['until tomorrow', '2026-12-02', []],
    ['until today', '2026-12-01', []],
    ['until yesterday', '2026-11-30', [['quote-cal', '2026-11-30']]],
  ] as const)(
    'a license valid %s counts as expired only after its last day',
    (_until, expiryDate, expired) => {
      expect(expiredOf(until(expiryDate))).toEqual(expired);
    },
  );

  it('a license still valid in another version is not expired, in any order', () => {
    for (const counting of [null, '2027-01-01', '2026-12-01']) {
      expect(expiredOf(until('2026-01-01'), until(counting, 'Quote-CAL'))).toEqual([]);
      expect(expiredOf(until(counting), until('2026-01-01'))).toEqual([]);
    }
  });

  it('an expired license has the last expiry date of its versions, in any order', () => {
    const days = ['2026-05-01', '2026-06-01', '2026-04-01'].map((day) => until(day));
    expect(expiredOf(...days)).toEqual([['quote-cal', '2026-06-01']]);
    expect(expiredOf(...days.toReversed())).toEqual([['quote-cal', '2026-06-01']]);
  });

  it('expired licenses have normalized names and exclude partner licenses', () => {
    expect(
      expiredOf(until('2026-01-01', 'SuperOffice.SAINT'), until('2026-02-01', 'quote-cal', 'ACME')),
    ).toEqual([['saint', '2026-01-01']]);
  });

  it('an expired license remains among the user licenses', () => {
    expect([...lookUp(null, userWith(until('2026-01-01'))).user]).toEqual(['quote-cal']);
  });

  it('every license that only an expired plan assigns is expired', () => {
    const held = grantedLicense({ ...plan, extraInfo: 'set=sale-cal,quote-cal', expiryDate: '2026-01-01' });
    const beside = grantedLicense({ name: 'quote-cal' });
    expect(expiredOf(held, beside).toSorted()).toEqual([
      ['sale-cal', '2026-01-01'],
      ['ten-sales', '2026-01-01'],
    ]);
    const other = grantedLicense({ name: 'ten-salesservice', extraFlags: 1, extraInfo: 'set=sale-cal' });
    expect(expiredOf(held, other, beside)).toEqual([['ten-sales', '2026-01-01']]);
  });
});

describe('unknownModules', () => {
  it('lists modules missing from the catalogue, whether purchased, granted or in a set', () => {
    const tenant = tenantWith(
      moduleLicense({ name: 'Zeppelin' }),
      moduleLicense({ name: 'sale' }),
      moduleLicense({ ...plan, extraInfo: 'set=sale-cal,balloon-cal' }),
    );
    const user = userWith(grantedLicense({ name: 'kite-cal' }), grantedLicense({ name: 'Zeppelin' }));
    expect(unrecognizedModules(tenant, user)).toEqual(['Zeppelin', 'balloon-cal', 'kite-cal']);
  });

  it('reads the set of a documented plan regardless of its flags', () => {
    const row = { ...plan, extraInfo: 'set=sale-cal,balloon-cal' };
    expect(unrecognizedModules(tenantWith(moduleLicense({ ...row, extraFlags: 0 })), null)).toEqual([
      'balloon-cal',
    ]);
    expect(unrecognizedModules(null, userWith(grantedLicense({ ...row, extraFlags: 3 })))).toEqual([
      'balloon-cal',
    ]);
  });

  it('reads sets only from SuperOffice plans', () => {
    const extraInfo = 'set=balloon-cal';
    const foreign = moduleLicense({ ...plan, owner: 'ACME', extraInfo });
    const marker = moduleLicense({ name: 'sales-t2', extraFlags: 2, extraInfo });
    expect(unrecognizedModules(tenantWith(foreign, marker), null)).toEqual(['ACME.ten-sales']);
  });

  it('prefixes partner modules with their owner, even when SuperOffice has the same name', () => {
    const user = userWith(grantedLicense({ name: 'sale-cal', owner: 'ACME' }));
    expect(unrecognizedModules(null, user)).toEqual(['ACME.sale-cal']);
  });

  it('omits known modules, regardless of case', () => {
    expect(unrecognizedModules(tenantWith(moduleLicense({ name: 'SUPEROFFICE.Sale' })), null)).toEqual([]);
  });
});
