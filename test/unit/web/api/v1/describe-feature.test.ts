import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TenantLicenses, UserLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import { type DescriptionContext, describeFeature } from '../../../../../src/web/api/v1/describe-feature.ts';
import { featureSchema } from '../../../../../src/web/api/v1/feature-schemas.ts';
import { loadLanguages } from '../../../../../src/web/rendering/i18n.ts';
import { root } from '../../../../support/project-files.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant, userPartlyKnown, userWithPlan } from '../../../licensing/fixtures/tenants.ts';

const languages = loadLanguages(join(root, 'locales'));
const premium = publishedTenant('premium');
const suite = publishedTenant('suite-core');
const essential = publishedTenant('essential');
const context: DescriptionContext = {
  language: languages.choose(['en']),
  pause: null,
  pauseText: '',
  freeSeats: () => 3,
};

function describeAll(
  tenant: TenantLicenses | null,
  user: UserLicenses | null,
  changed: Partial<DescriptionContext> = {},
) {
  const { features } = entitlementEngine(tenant, '2026-11-29').report(user);
  return [...features.values()].map((each) => describeFeature(each, { ...context, ...changed }));
}

const salesUser = userWithPlan(premium, 'ten-sales');
const hiddenUser: UserLicenses = {
  ...salesUser,
  functionRights: ['hide-sale', 'hide-project'],
};
const cases: readonly (readonly [string, TenantLicenses | null, UserLicenses | null])[] = [
  ['a user plan', premium, salesUser],
  ['a user plan in a tenant with few licenses', essential, userWithPlan(essential, 'ten-sales')],
  ['a plan of CRM Suite', suite, userWithPlan(suite, null)],
  ['function rights that hide screens', premium, hiddenUser],
  ['licenses that are partly known', premium, userPartlyKnown()],
  ['an expired license', { ...premium, expiryDate: '2026-01-31', graceDate: '2026-12-31' }, salesUser],
  ['refused licenses of the tenant', null, salesUser],
  ['an unknown user', premium, null],
];

describe('describeFeature', () => {
  it.each(cases)('describes every feature as the API promises for %s', (_name, tenant, user) => {
    for (const code of languages.codes)
      for (const feature of describeAll(tenant, user, { language: languages.choose([code]) })) {
        // What the schema does not have would be left out.
        expect(featureSchema.parse(feature)).toEqual(feature);
        expect(feature.evidence.filter(({ text }) => text === '')).toEqual([]);
      }
  });

  it('has every kind of evidence among these cases', () => {
    const kinds = new Set(
      cases.flatMap(([, tenant, user]) =>
        describeAll(tenant, user).flatMap(({ evidence }) => evidence.map(({ kind }) => kind)),
      ),
    );
    expect([...kinds].sort()).toEqual([
      'feature',
      'function-right',
      'license-expired',
      'module',
      'plan',
      'suite-limit',
      'suite-plan',
      'tier',
    ]);
  });

  it('never says no to what is unknown', () => {
    const unknown = cases
      .flatMap(([, tenant, user]) => describeAll(tenant, user))
      .filter(({ state }) => state === 'unknown');
    expect(unknown.length).toBeGreaterThan(0);
    expect(new Set(unknown.map(({ enabled }) => enabled))).toEqual(new Set([null]));
  });

  it('names the free seats of a user plan, and none of a plan for the whole tenant', () => {
    const upgrades = (tenant: TenantLicenses, user: UserLicenses) =>
      describeAll(tenant, user).flatMap((each) => each.upgrades);
    expect(new Set(upgrades(premium, salesUser).map(({ seatsFree }) => seatsFree))).toEqual(new Set([3]));
    const onSuite = upgrades(suite, userWithPlan(suite, null));
    expect(new Set(onSuite.map(({ action, seatsFree, steps }) => `${action} ${seatsFree} ${steps}`))).toEqual(
      new Set(['buy null null']),
    );
  });

  it('lets nothing count in a tenant that is paused, and says why', () => {
    const paused = describeAll(premium, salesUser, { pause: 'tenant-suspended', pauseText: 'offline' });
    for (const { state, enabled, reason, reasonText, upgrades } of paused)
      expect([state, enabled, reason, reasonText, upgrades]).toEqual([
        'lapsed',
        false,
        'tenant-suspended',
        'offline',
        [],
      ]);
  });
});
