import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../src/licensing/entitlements/rules.ts';
import { findUnknownModules } from '../../../../src/licensing/entitlements/unknown-modules.ts';
import type {
  GrantedLicense,
  ModuleLicense,
  TenantLicenses,
  UserLicenses,
} from '../../../../src/licensing/licenses/license-data.ts';
import { normalizeLicenses } from '../../../../src/licensing/licenses/normalized-license.ts';
import { assumptions, rules } from '../fixtures/engine.ts';
import { grantedLicense, moduleLicense, tenantWith, userWith } from '../fixtures/tenants.ts';

const plan = { name: 'ten-sales', scope: 'user', extraFlags: 1 } as const;

function find(licenses: readonly (ModuleLicense | GrantedLicense)[], given = rules) {
  return [...findUnknownModules(licenses, normalizeLicenses(licenses), given).values()];
}

function listUnknownModules(tenant: TenantLicenses | null, user: UserLicenses | null) {
  return find([...(tenant?.modules ?? []), ...(user?.granted ?? [])]).sort();
}

describe('findUnknownModules', () => {
  it('lists modules missing from the catalogue, whether purchased, granted or in a set', () => {
    const tenant = tenantWith(
      moduleLicense({ name: 'Zeppelin' }),
      moduleLicense({ name: 'sale' }),
      moduleLicense({ ...plan, extraInfo: 'set=sale-cal,balloon-cal' }),
    );
    const user = userWith(grantedLicense({ name: 'kite-cal' }), grantedLicense({ name: 'Zeppelin' }));
    expect(listUnknownModules(tenant, user)).toEqual(['Zeppelin', 'balloon-cal', 'kite-cal']);
  });

  it('reads the set of a documented plan regardless of its flags', () => {
    const row = { ...plan, extraInfo: 'set=sale-cal,balloon-cal' };
    expect(listUnknownModules(tenantWith(moduleLicense({ ...row, extraFlags: 0 })), null)).toEqual([
      'balloon-cal',
    ]);
    expect(listUnknownModules(null, userWith(grantedLicense({ ...row, extraFlags: 3 })))).toEqual([
      'balloon-cal',
    ]);
  });

  it('reads sets only from SuperOffice plans', () => {
    const extraInfo = 'set=balloon-cal';
    const foreign = moduleLicense({ ...plan, owner: 'ACME', extraInfo });
    const marker = moduleLicense({ name: 'sales-t2', extraFlags: 2, extraInfo });
    expect(listUnknownModules(tenantWith(foreign, marker), null)).toEqual(['ACME.ten-sales']);
  });

  it('prefixes partner modules with their owner, even when SuperOffice has the same name', () => {
    const user = userWith(grantedLicense({ name: 'sale-cal', owner: 'ACME' }));
    expect(listUnknownModules(null, user)).toEqual(['ACME.sale-cal']);
  });

  it('omits known modules, regardless of case', () => {
    expect(listUnknownModules(tenantWith(moduleLicense({ name: 'SUPEROFFICE.Sale' })), null)).toEqual([]);
  });

  it('shows an unknown module in one spelling, regardless of order', () => {
    const spelled = ['brand-new', 'Brand-New', 'BRAND-NEW'].map((name) => moduleLicense({ name }));
    for (const order of [spelled, spelled.toReversed(), [spelled[1], spelled[0], spelled[2]]]) {
      expect(find(order as typeof spelled)).toEqual(['BRAND-NEW']);
    }
  });

  it('omits the modules that the assumptions use as tier markers', () => {
    const site = { ...assumptions.tierMarkers.site, sales: { essential: 'own-e', premium: 'own-p' } };
    const tierMarkers = { user: { essential: 'own-1', premium: 'own-2' }, site };
    const changed = compileRules({ ...assumptions, tierMarkers });
    const modules = ['own-e', 'own-p', 'own-1', 'own-2', 'own-3'].map((name) => moduleLicense({ name }));
    expect(find(modules, changed)).toEqual(['own-3']);
  });
});
