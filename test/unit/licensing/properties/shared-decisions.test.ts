import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEntitlementEngine,
  type TenantEntitlements,
} from '../../../../src/licensing/entitlement-engine.ts';
import { decideFeature } from '../../../../src/licensing/entitlements/decide-feature.ts';
import type { DecideBy } from '../../../../src/licensing/entitlements/decision-cache.ts';
import { indexTenant, reportUser } from '../../../../src/licensing/entitlements/user-report.ts';
import type {
  GrantedLicense,
  ModuleLicense,
  TenantLicenses,
  UserLicenses,
} from '../../../../src/licensing/licenses/license-data.ts';
import { runs, someCase, timeoutMs, today } from '../fixtures/arbitraries.ts';
import { assumptions, entitlementEngine, rules } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  userWith,
  userWithPlan,
} from '../fixtures/tenants.ts';

const decideDirectly: DecideBy = (given) => (rule) => decideFeature(rule, rules, given);

describe('shared decisions', () => {
  it('are the decisions that a user of a tenant alone would get', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const alone = reportUser(indexTenant(rules, tenant, today, decideDirectly), user);
        expectSame(entitlementEngine(tenant, today).report(user), alone);
      }),
      runs,
    );
  });

  const tenant = publishedTenant('premium');
  const user = userWithPlan(tenant, 'ten-service');
  const { report } = entitlementEngine(tenant, today);
  const withLicense = (name: string) => ({ ...user, granted: [...user.granted, grantedLicense({ name })] });

  it('are one object for users who differ in a license that decides nothing', () => {
    const [one, other] = [report(withLicense('app-1')), report(withLicense('app-2'))];
    expect(one.entitlements).toBe(other.entitlements);
    expect([one, other].map(({ unknownModules }) => unknownModules.includes('app-1'))).toEqual([true, false]);
  });

  const salesUser = userWithPlan(tenant, 'ten-sales');
  const withRow = (name: string, change: Partial<ModuleLicense>) => ({
    ...tenant,
    modules: tenant.modules.map((row) => (row.name === name ? { ...row, ...change } : row)),
  });
  const plan = 'ten-salesservice';
  const withPlan = (change: Partial<ModuleLicense>) => ({
    ...tenant,
    modules: [
      ...tenant.modules,
      moduleLicense({ name: plan, description: 'Sales Premium Service Premium', extraFlags: 1, ...change }),
    ],
  });
  const purchased = withPlan({
    purchased: 9,
    seats: { inUse: 3, free: 6 },
    extraInfo: 'set=user,web,sale-cal',
  });

  it.each<[string, TenantLicenses, TenantLicenses]>([
    [
      'one seat more in use',
      withRow('ten-sales', { purchased: 9, seats: { inUse: 3, free: 6 } }),
      withRow('ten-sales', { purchased: 9, seats: { inUse: 4, free: 5 } }),
    ],
    [
      'a license that decides nothing',
      tenant,
      { ...tenant, modules: [...tenant.modules, moduleLicense({ name: 'app-1' })] },
    ],
    ['another company name', tenant, { ...tenant, companyName: 'Other' }],
  ])('are one object for tenants that differ in: %s', (_difference, one, other) => {
    const [a, b] = [one, other].map((each) => entitlementEngine(structuredClone(each), today));
    expect(b?.report(salesUser).entitlements).toBe(a?.report(salesUser).entitlements);
    expect(b?.nextTierOptions(structuredClone(salesUser))).toBe(a?.nextTierOptions(salesUser));
  });

  it.each<[string, TenantLicenses, TenantLicenses]>([
    [
      'no free seat',
      purchased,
      withPlan({ purchased: 9, seats: { inUse: 9, free: 0 }, extraInfo: 'set=user,web,sale-cal' }),
    ],
    [
      'another set of a plan',
      purchased,
      withPlan({ purchased: 9, seats: { inUse: 3, free: 6 }, extraInfo: 'set=user,web' }),
    ],
    [
      'a plan of another name',
      purchased,
      {
        ...purchased,
        modules: purchased.modules.map((row) =>
          row.name === plan ? { ...row, description: 'Sales Essential Service Essential' } : row,
        ),
      },
    ],
    ['no plan', purchased, tenant],
    ['a license', tenant, { ...tenant, modules: tenant.modules.filter(({ name }) => name !== 'quote') }],
    [
      'a marker of a tier',
      tenant,
      { ...tenant, modules: [...tenant.modules, moduleLicense({ name: 'service-t1' })] },
    ],
    ['licenses that are not all known', tenant, { ...tenant, complete: false }],
  ])('are those of the tenant itself if another differs in: %s', (_difference, one, other) => {
    const found = [one, other, one].map((each) => {
      const entitlements = entitlementEngine(structuredClone(each), today);
      return [entitlements.report(salesUser).entitlements, entitlements.nextTierOptions(salesUser)];
    });
    const alone = [one, other, one].map((each) => {
      const entitlements = createEntitlementEngine(assumptions)(each, today);
      return [entitlements.report(salesUser).entitlements, entitlements.nextTierOptions(salesUser)];
    });
    expect(found).toEqual(alone);
    expect(found[1]?.[0]).not.toBe(found[0]?.[0]);
  });

  const tenantOfNextPlan = (complete: boolean, site: readonly string[], extraInfo: string) => ({
    ...tenant,
    complete,
    modules: [
      // Without markers the description tells the tiers.
      ...tenant.modules.filter(({ name }) => !/^(guide|guide-sale|ten-service|.*-t2)$/.test(name)),
      ...site.map((name) => moduleLicense({ name })),
      moduleLicense({ name: plan, description: 'Sales Essential Service Premium', extraFlags: 1, extraInfo }),
    ],
  });
  const serviceUser = (extraInfo: string, ...separate: readonly GrantedLicense[]) =>
    userWith(
      grantedLicense({ name: 'ten-service', description: 'Service Premium', extraFlags: 1, extraInfo }),
      ...separate,
    );
  const guide = grantedLicense({ name: 'guide-cal' });

  it.each<[string, TenantLicenses, UserLicenses, UserLicenses]>([
    [
      'the licenses that the plan assigns',
      tenantOfNextPlan(true, ['guide'], 'set=user,web,sale-cal'),
      serviceUser('set=user,web,t2,guide-cal'),
      serviceUser('set=user,web,t2', guide),
    ],
    [
      'whether site licenses stay known',
      tenantOfNextPlan(false, [], 'set=user,web,sale-cal'),
      serviceUser('set=user,web,t2,app-1', guide, grantedLicense({ name: 'app-1', scope: 'site' })),
      serviceUser('set=user,web,t2,app-1', guide, grantedLicense({ name: 'app-2', scope: 'site' })),
    ],
    [
      'whether user licenses are known on another plan',
      tenantOfNextPlan(true, [], 'set=user,web'),
      serviceUser(''),
      { ...serviceUser(''), complete: false },
    ],
  ])('lead to next plans of each user who shares them, by: %s', (_difference, licenses, one, other) => {
    const optionsOf = (entitlements: TenantEntitlements) => (each: UserLicenses) =>
      entitlements.nextTierOptions(each);
    const alone = [one, other, one].map((each) =>
      optionsOf(createEntitlementEngine(assumptions)(licenses, today))(each),
    );
    const shared = createEntitlementEngine(assumptions)(licenses, today);
    expect(shared.report(one).features).toBe(shared.report(other).features);
    expect([one, other, one].map(optionsOf(shared))).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
  });

  it.each([
    ['license', withLicense('sale-cal')],
    ['function right', { ...user, functionRights: ['hide-sale'] }],
  ])('are others for a user with another %s that decides', (_kind, other) => {
    expect(report(other).entitlements).not.toEqual(report(user).entitlements);
  });

  it('are those of the day that is asked for', () => {
    const evidenceOn = (day: string) =>
      entitlementEngine(tenant, day).report(user).features.get('companies-and-contacts')?.evidence;
    const expired = expect.objectContaining({ kind: 'license-expired' });
    expect([evidenceOn(today), evidenceOn('2030-01-01'), evidenceOn(today)]).toEqual([
      expect.not.arrayContaining([expired]),
      expect.arrayContaining([expired]),
      expect.not.arrayContaining([expired]),
    ]);
  });
});
