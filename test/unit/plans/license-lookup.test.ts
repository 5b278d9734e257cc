import { describe, expect, it } from 'vitest';
import { lookUpLicenses, planRowsOf, siteModulesOf } from '../../../src/plans/license-lookup.ts';
import { isSuperOffice, moduleName } from '../../../src/plans/module-names.ts';
import { unknownModules } from '../../../src/plans/unknown-modules.ts';
import { grantedLicense, moduleLicense, tenantWith, userWith } from './fixtures/tenants.ts';

const plan = { name: 'ten-sales', scope: 'user', extraFlags: 1 } as const;

describe('module names', () => {
  it('are compared in lower case, without the owner texts write before them', () => {
    expect(moduleName(' SuperOffice.Sale-CAL ')).toBe('sale-cal');
    expect(moduleName('acme.sale-cal')).toBe('acme.sale-cal');
  });

  it('belong to SuperOffice whatever the case of the owner', () => {
    expect(isSuperOffice('SuperOffice')).toBe(true);
    expect(isSuperOffice('ACME')).toBe(false);
    expect(isSuperOffice('')).toBe(false);
  });
});

describe('siteModulesOf', () => {
  it('takes site licenses and rows of unknown scope, not user licenses', () => {
    const tenant = tenantWith(
      moduleLicense({ name: 'SALE' }),
      moduleLicense({ name: 'dash', scope: 'unknown' }),
      moduleLicense({ name: 'quote', scope: 'user' }),
      moduleLicense({ name: 'target', owner: 'ACME' }),
    );
    expect([...siteModulesOf(tenant)]).toEqual(['sale', 'dash']);
    expect([...siteModulesOf(null)]).toEqual([]);
  });
});

describe('planRowsOf', () => {
  it('takes only rows of SuperOffice with ExtraFlags 1', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, extraInfo: 'set=user' }),
      moduleLicense({ ...plan, name: 'ten-service', owner: 'ACME' }),
      moduleLicense({ name: 'sales-t2', extraFlags: 2, extraInfo: '10-sal' }),
    );
    expect(planRowsOf(tenant).map(({ name, set }) => ({ name, set }))).toEqual([
      { name: 'ten-sales', set: ['user'] },
    ]);
  });
});

describe('lookUpLicenses', () => {
  it('joins the site licenses of tenant and user', () => {
    const user = userWith(grantedLicense({ name: 'quote', scope: 'site' }));
    const { site } = lookUpLicenses(tenantWith(moduleLicense({ name: 'sale' })), user);
    expect([...site]).toEqual(['sale', 'quote']);
  });

  it('expands the set that came with the granted plan', () => {
    const { user, plans } = lookUpLicenses(
      null,
      userWith(grantedLicense({ ...plan, extraInfo: 'set=sale-cal' })),
    );
    expect([...user]).toEqual(['ten-sales', 'sale-cal']);
    expect(plans).toEqual([{ name: 'ten-sales', description: 'ten-sales', set: ['sale-cal'] }]);
  });

  it('takes the set from the tenant where the granted plan came without', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, name: 'TEN-SALES', extraInfo: 'set=sale-cal,new-cal' }),
    );
    const { user, userTold } = lookUpLicenses(tenant, userWith(grantedLicense(plan)));
    expect(user.has('new-cal')).toBe(true);
    expect(userTold).toBe(true);
  });

  it('knows a plan by the row of the tenant where the grant came without its flag', () => {
    const tenant = tenantWith(
      moduleLicense({ ...plan, description: 'Sales Premium', extraInfo: 'set=user' }),
    );
    const user = userWith(grantedLicense({ name: 'ten-sales', description: '' }));
    expect(lookUpLicenses(tenant, user).plans).toEqual([
      { name: 'ten-sales', description: 'Sales Premium', set: ['user'] },
    ]);
  });

  it('does not lend the set of a partner row of the same name', () => {
    const tenant = tenantWith(moduleLicense({ ...plan, owner: 'ACME', extraInfo: 'set=sale-cal' }));
    expect(lookUpLicenses(tenant, userWith(grantedLicense(plan))).user.has('sale-cal')).toBe(false);
  });

  it('ignores licenses of partners', () => {
    const { user } = lookUpLicenses(null, userWith(grantedLicense({ name: 'sale-cal', owner: 'ACME' })));
    expect([...user]).toEqual([]);
  });

  it.each([
    ['a tenant', tenantWith(), userWith(), true],
    ['a granted site license', null, userWith(grantedLicense({ name: 'sale', scope: 'site' })), true],
    ['only user licenses', null, userWith(grantedLicense({ name: 'sale-cal' })), false],
  ] as const)('says whether the site licenses are told: %s', (_case, tenant, user, told) => {
    expect(lookUpLicenses(tenant, user).siteTold).toBe(told);
  });

  it.each([
    ['licenses without a plan', tenantWith(), userWith(grantedLicense({ name: 'user' })), true],
    ['a plan with its set', null, userWith(grantedLicense({ ...plan, extraInfo: 'set=user' })), true],
    ['a plan without its set', null, userWith(grantedLicense(plan)), false],
    ['nothing at all', null, userWith(), false],
    ['no license in a known tenant', tenantWith(), userWith(), true],
  ] as const)('says whether the user licenses are told: %s', (_case, tenant, user, told) => {
    expect(lookUpLicenses(tenant, user).userTold).toBe(told);
  });
});

describe('unknownModules', () => {
  it('lists what the catalogue has never heard of: bought, granted or in a set', () => {
    const tenant = tenantWith(
      moduleLicense({ name: 'Zeppelin' }),
      moduleLicense({ name: 'sale' }),
      moduleLicense({ ...plan, extraInfo: 'set=sale-cal,balloon-cal' }),
    );
    const user = userWith(grantedLicense({ name: 'kite-cal' }), grantedLicense({ name: 'Zeppelin' }));
    expect(unknownModules(tenant, user)).toEqual(['Zeppelin', 'balloon-cal', 'kite-cal']);
  });

  it('names the owner of partner modules, even of a name SuperOffice has too', () => {
    const user = userWith(grantedLicense({ name: 'sale-cal', owner: 'ACME' }));
    expect(unknownModules(null, user)).toEqual(['ACME.sale-cal']);
  });

  it('lists nothing known, in whatever case', () => {
    expect(unknownModules(tenantWith(moduleLicense({ name: 'SUPEROFFICE.Sale' })), null)).toEqual([]);
  });
});
