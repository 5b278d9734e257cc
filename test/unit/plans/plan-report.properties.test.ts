import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/plans/catalogue.ts';
import { knownModules } from '../../../src/plans/known-modules.ts';
import type {
  GrantedLicense,
  LicenseScope,
  ModuleLicense,
  TenantLicenses,
  UserLicenses,
} from '../../../src/plans/license-data.ts';
import { lookUpLicenses } from '../../../src/plans/license-lookup.ts';
import { planModuleFor } from '../../../src/plans/plan-modules.ts';
import { reportPlan } from '../../../src/plans/plan-report.ts';
import { tierRank } from '../../../src/plans/solutions.ts';
import { planOf, type UserPlan, userPlans } from '../../../src/plans/user-plans.ts';
import { grantedLicense, holderOf, moduleLicense, publishedTenant, tenantWith } from './fixtures/tenants.ts';

const today = '2026-12-01';
const scope = fc.constantFrom<LicenseScope>('site', 'user', 'satellite', 'unknown');
const name = fc.oneof(fc.constantFrom(...knownModules), fc.string());
const owner = fc.oneof({ weight: 5, arbitrary: fc.constant('SUPEROFFICE') }, fc.string());
const description = fc.oneof(
  fc.constantFrom('Sales Premium', 'SalesEssentialServicePremium', 'CRM Suite Core', 'Growth', ''),
  fc.string(),
);
const extraInfo = fc.oneof(
  fc.string(),
  fc.array(name).map((names) => `set=${names.join(',')}`),
);
const extraFlags = fc.constantFrom(0, 1, 2, 3, -1);
const date = fc.option(fc.oneof(fc.constantFrom('2020-01-01', '2030-01-01'), fc.string()));

const granted: fc.Arbitrary<GrantedLicense> = fc.record({
  owner,
  name,
  scope,
  description,
  extraFlags,
  extraInfo,
});
const bought: fc.Arbitrary<ModuleLicense> = fc.record({
  owner,
  name,
  description,
  tooltip: fc.string(),
  version: fc.string(),
  scope,
  purchased: fc.integer(),
  seats: fc.option(fc.record({ inUse: fc.integer(), free: fc.integer() })),
  unrestricted: fc.boolean(),
  hidden: fc.boolean(),
  extraFlags,
  extraInfo,
  prerequisite: fc.string(),
});
const anyTenant: fc.Arbitrary<TenantLicenses> = fc.record({
  companyName: fc.string(),
  serialNumber: fc.string(),
  expiryDate: date,
  adminWarningDate: date,
  graceDate: date,
  modules: fc.array(bought),
});
const anyUser: fc.Arbitrary<UserLicenses> = fc.record({
  associateId: fc.integer(),
  granted: fc.array(granted),
  complete: fc.boolean(),
  functionRights: fc.option(fc.array(fc.oneof(fc.constantFrom('hide-sale', 'hide-project'), fc.string()))),
});

describe('any data at all', () => {
  it('gives a report with 76 decided rows and consistent counts', () => {
    fc.assert(
      fc.property(fc.option(anyTenant), fc.option(anyUser), fc.string(), (tenant, user, day) => {
        const { entitlements, counts } = reportPlan({ tenant, user, today: day });
        const { total, ...states } = counts;
        expect(entitlements.map(({ row }) => row)).toEqual(catalogue.map(({ id }) => id));
        expect(Object.values(states).reduce((sum, each) => sum + each, 0)).toBe(total);
        expect(total).toBe(62);
      }),
    );
  });

  it('gives a locked feature an upgrade, and an unknown one none', () => {
    fc.assert(
      fc.property(fc.option(anyTenant), fc.option(anyUser), (tenant, user) => {
        for (const { state, upgrades } of reportPlan({ tenant, user, today }).entitlements) {
          if (state === 'upgrade') expect(upgrades.length).toBeGreaterThan(0);
          if (state !== 'upgrade' && state !== 'view-only') expect(upgrades).toEqual([]);
        }
      }),
    );
  });

  it('gives the same report twice, and does not change what it was given', () => {
    fc.assert(
      fc.property(anyTenant, anyUser, (tenant, user) => {
        const before = structuredClone({ tenant, user });
        const first = reportPlan({ tenant, user, today });
        expect(reportPlan({ tenant, user, today })).toEqual(first);
        expect({ tenant, user }).toEqual(before);
      }),
    );
  });
});

describe('granting another license', () => {
  // Plans and tier markers say what somebody has, they are nothing to have.
  const labels = /^(ten-|superlicense-|t[12]$)|-t[12]$/;
  const features = knownModules.filter((each) => !labels.test(each));
  const license = fc
    .record({ name: fc.constantFrom(...features), scope: fc.constantFrom('site' as const, 'user' as const) })
    .map((told) => grantedLicense({ ...told, description: '' }));

  // Users who have something to lose: a published plan row, less some of its set, with other licenses beside it.
  const published = fc
    .tuple(
      fc.constantFrom(publishedTenant('premium'), publishedTenant('essential')),
      fc.constantFrom('ten-sales', 'ten-service', 'ten-marketing', 'ten-salesservicemarketing', null),
      fc.array(fc.nat({ max: 80 })),
      fc.array(license),
    )
    .map(([tenant, plan, dropped, beside]) => {
      const keep = <T>(rows: readonly T[]) => rows.filter((_row, index) => !dropped.includes(index));
      const held = holderOf(tenant, plan);
      const user = { ...held, granted: [...keep(held.granted), ...beside] };
      return { tenant: { ...tenant, modules: keep(tenant.modules) }, user };
    });
  const any = fc.record({ tenant: anyTenant, user: anyUser });

  it('takes no feature away', () => {
    fc.assert(
      fc.property(fc.oneof(published, any), license, ({ tenant, user }, more) => {
        const before = { ...user, functionRights: null };
        const after = { ...before, granted: [...before.granted, more] };
        // The first site license told tells of all others that they are not there: that is news, not a loss.
        fc.pre(lookUpLicenses(tenant, before).siteTold === lookUpLicenses(tenant, after).siteTold);
        const had = reportPlan({ tenant, user: before, today }).entitlements;
        const has = reportPlan({ tenant, user: after, today }).entitlements;
        const lost = had.filter(({ state }, index) => state === 'enabled' && has[index]?.state !== 'enabled');
        expect(lost.map(({ row }) => row)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('following an upgrade', () => {
  // What SuperOffice would sell: a set with every user license of the rows the plan contains.
  function planRow({ tiers, label }: UserPlan): ModuleLicense {
    const contained = catalogue.filter(
      ({ solution, tier }) => tier === 'common' || tierRank(tiers[solution]) >= tierRank(tier),
    );
    const set = new Set(['user', 'web', ...contained.flatMap((row) => row.userModules)]);
    return moduleLicense({
      name: planModuleFor(tiers) ?? '',
      description: label,
      scope: 'user',
      extraFlags: 1,
      extraInfo: `set=${[...set].join(',')}`,
    });
  }

  const site = new Set(catalogue.flatMap((row) => row.siteModules));
  const siteRows = [...site].map((each) => moduleLicense({ name: each }));

  function reportFor(plan: UserPlan) {
    const tenant = tenantWith(...siteRows, planRow(plan));
    return reportPlan({ tenant, user: holderOf(tenant, planModuleFor(plan.tiers)), today });
  }

  it('enables the feature it was offered for, and keeps all others', () => {
    fc.assert(
      fc.property(fc.constantFrom(...userPlans), fc.nat(), (held, pick) => {
        const before = reportFor(held).entitlements;
        const offers = before.flatMap(({ row, upgrades }) =>
          upgrades.flatMap((upgrade) => (upgrade.kind === 'user-plan' ? [{ row, plan: upgrade.plan }] : [])),
        );
        const offer = offers[pick % Math.max(offers.length, 1)];
        if (offer === undefined) {
          expect(held.key).toBe('sales-premium+service-premium+marketing-premium');
          return;
        }
        const after = reportFor(planOf(offer.plan)).entitlements;
        const enabled = new Set(after.filter(({ state }) => state === 'enabled').map(({ row }) => row));
        expect(enabled.has(offer.row)).toBe(true);
        expect(before.filter(({ row, state }) => state === 'enabled' && !enabled.has(row))).toEqual([]);
      }),
    );
  });

  it.each(userPlans)('recognises $key in a tenant that sells it', (plan) => {
    const { plan: held } = reportFor(plan);
    expect(held?.kind === 'user-plan' && held.plan?.key).toBe(plan.key);
  });
});
