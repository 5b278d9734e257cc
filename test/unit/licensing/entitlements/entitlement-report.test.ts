import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { EntitlementReport } from '../../../../src/licensing/entitlements/entitlement-report.ts';
import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { entitlementEngine, reportEntitlements } from '../fixtures/engine.ts';
import {
  type ExpectedStates,
  everythingPremium,
  marketingPremium,
  salesEssential,
  salesPremium,
  servicePremium,
  suiteCore,
  withoutPlan,
} from '../fixtures/expected-states.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  tenantWith,
  toGranted,
  userPartlyKnown,
  userWith,
  userWithPlan,
} from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const suite = publishedTenant('suite-core');
const today = '2026-12-01';

function report(tenant: TenantLicenses | null, user: UserLicenses | null): EntitlementReport {
  return reportEntitlements({ tenant, user, today });
}

function toRows(states: ExpectedStates): Record<string, string[]> {
  const rows = (text: string) =>
    text
      .split(/\s+/)
      .filter((id) => id !== '')
      .sort();
  return {
    enabled: rows(states.enabled),
    'view-only': rows(states.viewOnly),
    upgrade: rows(states.upgrade),
    unknown: rows(states.unknown),
  };
}

function listStates({ entitlements }: EntitlementReport): Record<string, string[]> {
  const rows = (state: string) =>
    entitlements.flatMap((each) => (each.state === state ? [each.row] : [])).sort();
  return {
    enabled: rows('enabled'),
    'view-only': rows('view-only'),
    upgrade: rows('upgrade'),
    unknown: rows('unknown'),
  };
}

function findRow(from: EntitlementReport, id: string) {
  return from.entitlements.find((each) => each.row === id);
}

const published = [
  ['Sales Premium', premium, 'ten-sales', salesPremium],
  ['Service Premium', premium, 'ten-service', servicePremium],
  ['Marketing Premium', premium, 'ten-marketing', marketingPremium],
  ['all three Premium', premium, 'ten-salesservicemarketing', everythingPremium],
  ['Sales Essential', essential, 'ten-sales', salesEssential],
  ['no plan', premium, null, withoutPlan],
  ['Suite Core', suite, null, suiteCore],
] as const;

describe('entitlement report for users of the published tenants', () => {
  it.each(published)(
    '%s: every row has the state an administrator expects',
    (_name, tenant, plan, expected) => {
      expect(listStates(report(tenant, userWithPlan(tenant, plan)))).toEqual(toRows(expected));
    },
  );

  it.each(published)(
    '%s: states are the same when only the tenant license reports the set of the plan',
    (_name, tenant, plan, expected) => {
      const grantsWithoutSet = tenant.modules.filter(({ name }) => name === plan).map(toGranted);
      const user = userWith(...grantsWithoutSet.map((license) => ({ ...license, extraInfo: '' })));
      expect(listStates(report(tenant, user))).toEqual(toRows(expected));
    },
  );

  it.each(published)(
    '%s: states are the same without tenant licenses, but no seat availability is known',
    (_name, tenant, plan, expected) => {
      const userOnlyReport = report(null, userWithPlan(tenant, plan));
      expect(listStates(userOnlyReport)).toEqual(toRows(expected));
      const seats = userOnlyReport.entitlements.flatMap(({ upgrades }) =>
        upgrades.flatMap((upgrade) => (upgrade.kind === 'user-plan' ? [upgrade.seat] : [])),
      );
      expect(seats.filter((seat) => seat !== 'ask')).toEqual([]);
    },
  );

  it.each([
    ['ten-sales', premium, 'sales-premium'],
    ['ten-service', premium, 'service-premium'],
    ['ten-marketing', premium, 'marketing-premium'],
    ['ten-salesservicemarketing', premium, 'sales-premium+service-premium+marketing-premium'],
    ['ten-sales', essential, 'sales-essential'],
  ] as const)('detects the user plan behind the module %s', (plan, tenant, key) => {
    const { model, plan: detected } = report(tenant, userWithPlan(tenant, plan));
    expect(model).toBe('user-plans');
    expect(detected?.kind === 'user-plan' && detected.plan?.key).toBe(key);
  });

  it('reports the add-on states of each tenant', () => {
    const states = (tenant: TenantLicenses) => report(tenant, null).addOns.map(({ state }) => state);
    expect(states(premium)).toEqual(['enabled', 'enabled', 'enabled', 'add-on']);
    expect(states(essential)).toEqual(['add-on', 'add-on', 'add-on', 'add-on']);
    expect(states(suite)).toEqual(['upgrade', 'enabled', 'enabled', 'enabled']);
  });

  it('reports no unknown modules except the unnamed one on the Suite tenant', () => {
    expect(report(premium, userWithPlan(premium, 'ten-sales')).unknownModules).toEqual([]);
    expect(report(essential, userWithPlan(essential, 'ten-sales')).unknownModules).toEqual([]);
    expect(report(suite, null).unknownModules).toEqual(['?']);
  });
});

describe('shape of an entitlement report', () => {
  it('contains the 76 catalogue rows in catalogue order', () => {
    const { entitlements } = report(premium, userWithPlan(premium, 'ten-sales'));
    expect(entitlements.map((each) => each.row)).toEqual(catalogue.map((each) => each.id));
  });

  it('counts each of the 62 features once and excludes groups', () => {
    expect(report(premium, userWithPlan(premium, 'ten-service')).counts).toEqual({
      total: 62,
      enabled: 33,
      viewOnly: 16,
      hiddenByRole: 0,
      upgrade: 12,
      unknown: 1,
    });
  });

  it('gives a repeated feature the same decision in all its rows', () => {
    const service = report(premium, userWithPlan(premium, 'ten-service'));
    expect(findRow(service, 'SaP8')).toEqual({ ...findRow(service, 'MaE21'), row: 'SaP8' });
  });
});

describe('feature groups in an entitlement report', () => {
  it('gives a group the best state of its features', () => {
    const oldPlan = grantedLicense({ name: 'superlicense-contact-manager', extraFlags: 1 });
    const user = userWith(oldPlan, grantedLicense({ name: 'relation-cal' }));
    const tenant = tenantWith(moduleLicense({ name: 'relation' }), moduleLicense({ name: 'selection' }));
    const mixed = report(tenant, user);
    expect(findRow(mixed, 'C1')).toMatchObject({ state: 'enabled', reason: 'group-of-features' });
    expect(findRow(mixed, 'C19')).toMatchObject({ state: 'unknown' });
    expect(findRow(mixed, 'C1')?.evidence).toContainEqual({ kind: 'feature', row: 'C3', state: 'enabled' });
  });

  it('suggests the upgrade on a group when none of its features is enabled', () => {
    const upgrades = findRow(report(premium, userWithPlan(premium, null)), 'C1')?.upgrades ?? [];
    expect(upgrades).toHaveLength(3);
  });
});

describe('default tiles in an entitlement report', () => {
  it('enables default tiles as part of custom tiles', () => {
    const marketing = report(premium, userWithPlan(premium, 'ten-marketing'));
    expect(findRow(marketing, 'SaE3')).toMatchObject({ state: 'enabled', reason: 'part-of-another-feature' });
    expect(findRow(marketing, 'SaE3')?.evidence).toContainEqual({
      kind: 'feature',
      row: 'SaP3',
      state: 'enabled',
    });
  });

  it('decides default tiles by their own site license when the tenant has it', () => {
    expect(findRow(report(premium, userWithPlan(premium, 'ten-service')), 'SaE3')?.reason).toBe(
      'site-license-only',
    );
  });

  it('leaves default tiles unknown when plan and licenses conflict on custom tiles', () => {
    const plan = grantedLicense({ name: 'ten-marketing', extraFlags: 1, extraInfo: 'set=user,t1' });
    const marketing = report(tenantWith(moduleLicense({ name: 'dash' })), userWith(plan));
    expect(findRow(marketing, 'MaE10')?.state).toBe('view-only');
    expect(findRow(marketing, 'SaE3')).toMatchObject({
      state: 'unknown',
      reason: 'plan-license-conflict',
      confidence: 'none',
    });
  });
});

describe('upgrades in an entitlement report', () => {
  it('lists upgrades for locked and view-only features and for no others', () => {
    const { entitlements } = report(premium, userWithPlan(premium, 'ten-service'));
    for (const { state, upgrades } of entitlements) {
      expect(upgrades.length > 0).toBe(state === 'upgrade' || state === 'view-only');
    }
  });

  it('offers a free seat of the tenant with an upgrade', () => {
    const escalation = findRow(report(premium, userWithPlan(premium, null)), 'SvP1');
    expect(escalation?.upgrades).toEqual([
      { kind: 'user-plan', plan: 'service-premium', steps: 2, assumedEssential: [], seat: 'assign' },
    ]);
  });

  it('does not promise a free seat when the tenant lacks the site license', () => {
    const tenant = tenantWith(...premium.modules.filter(({ name }) => name !== 'escalate'));
    const withoutPlan = report(tenant, userWithPlan(tenant, null));
    const seats = (id: string) =>
      findRow(withoutPlan, id)?.upgrades.flatMap((each) => (each.kind === 'user-plan' ? [each.seat] : []));
    expect([seats('SvP1'), seats('SvP3')]).toEqual([['ask'], ['assign']]);
  });

  it('suggests Suite plans on a Suite tenant', () => {
    const core = report(suite, userWithPlan(suite, null));
    expect(findRow(core, 'MaP1')?.upgrades).toEqual([{ kind: 'suite-plan', plan: 'plus' }]);
    expect(findRow(core, 'SaP6')?.upgrades).toEqual([{ kind: 'suite-plan', plan: 'growth' }]);
  });
});

describe('function rights in an entitlement report', () => {
  const sales = userWithPlan(premium, 'ten-sales');

  it('hides a licensed feature without suggesting an upgrade', () => {
    const hidden = report(premium, { ...sales, functionRights: ['allow-bulk-export', 'hide-project'] });
    expect(findRow(hidden, 'SvP8')).toMatchObject({ state: 'hidden-by-role', upgrades: [] });
    expect(hidden.counts.hiddenByRole).toBe(1);
    expect(hidden.counts.enabled).toBe(report(premium, sales).counts.enabled - 1);
  });

  it('does not hide a feature that is not licensed', () => {
    const hidden = report(essential, {
      ...userWithPlan(essential, 'ten-sales'),
      functionRights: ['hide-project'],
    });
    expect(findRow(hidden, 'SaP8')?.state).toBe('upgrade');
  });

  it('hides a licensed feature on a Suite tenant', () => {
    const hidden = report(suite, { ...userWithPlan(suite, null), functionRights: ['hide-project'] });
    expect(findRow(hidden, 'SaP8')?.state).toBe('hidden-by-role');
  });
});

describe('expired tenant license', () => {
  const user = userWithPlan(premium, 'ten-service');

  it('adds a notice to the report and evidence to each feature that depends on it', () => {
    const expired = reportEntitlements({ tenant: premium, user, today: '2027-04-01' });
    const evidence = { kind: 'license-expired', module: null, date: '2027-03-27', readOnly: false };
    expect(expired.notices.map(({ kind }) => kind)).toEqual(['license-expired']);
    expect(findRow(expired, 'SvE1')?.evidence).toContainEqual(evidence);
    expect(findRow(expired, 'SaE1')?.evidence).toContainEqual(evidence);
    expect(findRow(expired, 'MaE1')?.evidence).not.toContainEqual(evidence);
  });

  it('does not change any feature state, even when the tenant is read-only', () => {
    const readOnly = reportEntitlements({ tenant: premium, user, today: '2027-05-01' });
    expect(listStates(readOnly)).toEqual(listStates(report(premium, user)));
    expect(findRow(readOnly, 'SvE1')?.evidence).toContainEqual({
      kind: 'license-expired',
      module: null,
      date: '2027-04-08',
      readOnly: true,
    });
  });

  it('adds no evidence before the license expires', () => {
    const soon = reportEntitlements({ tenant: premium, user, today: '2027-03-01' });
    expect(soon.notices.map(({ kind }) => kind)).toEqual(['license-expires-soon']);
    expect(findRow(soon, 'SvE1')?.evidence.map(({ kind }) => kind)).not.toContain('license-expired');
  });
});

describe('expired module license', () => {
  const salesUser = userWithPlan(premium, 'ten-sales');
  /** Returns the report of the user when the named licenses expire on the given dates. */
  function expiredReport(days: Readonly<Record<string, string>>, day = today): EntitlementReport {
    const granted = salesUser.granted.map((each) => ({ ...each, expiryDate: days[each.name] ?? null }));
    return reportEntitlements({ tenant: premium, user: { ...salesUser, granted }, today: day });
  }
  const listExpirations = (from: EntitlementReport) =>
    from.entitlements.flatMap(({ row, evidence }) =>
      evidence.flatMap((each) => (each.kind === 'license-expired' ? [[row, each.module, each.date]] : [])),
    );

  it('adds evidence to each dependent feature without changing its state', () => {
    const expired = expiredReport({ 'quote-cal': '2026-05-01' });
    expect(listExpirations(expired)).toEqual([['SaP9', 'quote-cal', '2026-05-01']]);
    expect(findRow(expired, 'SaP9')?.evidence).toContainEqual({
      kind: 'license-expired',
      module: 'quote-cal',
      date: '2026-05-01',
      readOnly: false,
    });
    expect(listStates(expired)).toEqual(listStates(report(premium, salesUser)));
    expect(expired.notices).toEqual([]);
  });

  it('adds evidence for an expired site license', () => {
    expect(listExpirations(expiredReport({ stakeholder: '2026-05-01' }))).toEqual([
      ['SaP4', 'stakeholder', '2026-05-01'],
    ]);
  });

  it('adds no evidence to a feature that is locked', () => {
    const expired = expiredReport({ 'mktg-auto': '2026-05-01', escalate: '2026-05-01' });
    expect(findRow(expired, 'SvP1')?.state).toBe('upgrade');
    expect(listExpirations(expired)).toEqual([['MaP1', 'mktg-auto', '2026-05-01']]);
  });

  it('adds no evidence on the expiry date itself', () => {
    expect(listExpirations(expiredReport({ 'quote-cal': today }))).toEqual([]);
  });

  it('is not reported when the expired tenant license is reported instead', () => {
    const expired = expiredReport({ 'quote-cal': '2026-05-01' }, '2027-05-01');
    const expirations = listExpirations(expired);
    expect(expirations).toContainEqual(['SaP9', null, '2027-04-08']);
    expect(expirations.filter(([, module]) => module !== null)).toEqual([]);
  });

  it('counts as the tenant license if tenant licenses are refused and all site licenses expired', () => {
    const granted = salesUser.granted.map((each) => ({ ...each, expiryDate: '2026-05-01' }));
    const refused = report(null, { ...salesUser, granted });
    expect(refused.notices).toEqual([{ kind: 'license-expired', date: '2026-05-01', graceDate: null }]);
    expect(listExpirations(refused)).toContainEqual(['SaP9', null, '2026-05-01']);
  });
});

describe('unknown license data in an entitlement report', () => {
  it('reports every feature as unknown for an unknown user', () => {
    const unknown = report(premium, null);
    expect(new Set(unknown.entitlements.map(({ state, reason }) => `${state} ${reason}`))).toEqual(
      new Set(['unknown user-unknown']),
    );
    expect(unknown.entitlements).toHaveLength(76);
    expect([unknown.plan, unknown.model]).toEqual([null, 'user-plans']);
  });

  it('reports the Suite plan, which all users share, for an unknown user', () => {
    expect(report(suite, null)).toMatchObject({ model: 'suite', plan: { kind: 'suite', plan: 'core' } });
  });

  it('locks no feature when neither tenant nor user licenses are known', () => {
    const nothing = report(null, userPartlyKnown());
    expect(nothing.counts).toMatchObject({ unknown: 62, upgrade: 0 });
    expect([nothing.plan, nothing.model]).toEqual([null, 'unknown']);
  });

  it('reports the license model as unknown when neither tenant nor user has a plan', () => {
    expect(report(tenantWith(), userWith())).toMatchObject({
      model: 'unknown',
      plan: { kind: 'no-plan', module: null },
    });
  });

  it('locks no feature on a Suite tenant whose plan is undetermined', () => {
    const tenant = tenantWith(moduleLicense({ name: '?', description: 'CRM Suite Enterprise' }));
    expect(report(tenant, userWith()).counts).toMatchObject({ unknown: 62, upgrade: 0 });
  });

  it('decides by plan inclusion when the license set of the plan is not reported', () => {
    const plan = grantedLicense({ name: 'ten-sales', description: 'Sales Premium', extraFlags: 1 });
    const { entitlements, counts } = report(null, userWith(plan));
    expect(counts.unknown).toBe(1);
    expect(entitlements.find((each) => each.row === 'SvE5')?.reason).toBe('discontinued');
    expect(entitlements.find((each) => each.row === 'SaP9')).toMatchObject({
      state: 'enabled',
      reason: 'included-in-plan',
    });
    expect(entitlements.find((each) => each.row === 'SvE1')).toMatchObject({
      state: 'upgrade',
      reason: 'plan-lacks',
    });
  });

  it('does not lock premium features while the tier is unknown', () => {
    const plan = grantedLicense({ name: 'ten-service', description: 'Service', extraFlags: 1 });
    const { entitlements } = report(null, userWith(plan));
    expect(entitlements.find((each) => each.row === 'SvP4')).toMatchObject({
      state: 'unknown',
      reason: 'tier-unknown',
    });
  });
});

describe('plan of a user in an entitlement report', () => {
  it('decides by modules on an old plan and leaves all other features unknown', () => {
    const old = grantedLicense({
      name: 'superlicense-service-pro',
      extraFlags: 1,
      extraInfo: 'set=user,web,ej-client,project-cal',
    });
    const oldReport = report(tenantWith(moduleLicense({ name: 'project' })), userWith(old));
    expect(oldReport.model).toBe('user-plans');
    expect(findRow(oldReport, 'SvE1')).toMatchObject({ state: 'enabled', reason: 'granted' });
    expect(findRow(oldReport, 'SaP8')).toMatchObject({ state: 'enabled' });
    expect(findRow(oldReport, 'SvP4')).toMatchObject({ state: 'unknown', reason: 'no-evidence' });
    expect(findRow(oldReport, 'SaP2')).toMatchObject({ state: 'unknown', reason: 'no-evidence' });
  });

  it('treats the no-selection license as no plan', () => {
    const none = grantedLicense({ name: 'superlicense-no-selection', extraFlags: 1 });
    const noneReport = report(null, userWith(none, grantedLicense({ name: 'sale', scope: 'site' })));
    expect(noneReport.plan).toEqual({ kind: 'no-plan', module: 'superlicense-no-selection' });
    expect(noneReport.model).toBe('user-plans');
    expect(noneReport.counts).toMatchObject({ upgrade: 61, unknown: 1 });
  });

  it('ignores a plan and modules issued by a partner', () => {
    const foreign = (name: string) => grantedLicense({ name, owner: 'ACME', extraFlags: 1 });
    const user = userWith(grantedLicense({ name: 'user' }), foreign('ten-sales'), foreign('sale-cal'));
    const foreignReport = report(tenantWith(moduleLicense({ name: 'sale' })), user);
    expect(foreignReport.plan).toBeNull();
    expect(findRow(foreignReport, 'SaE1')?.state).toBe('view-only');
    expect(foreignReport.unknownModules).toEqual(['ACME.sale-cal', 'ACME.ten-sales']);
  });
});

describe('contradictory license data', () => {
  const salesPlan = {
    name: 'ten-sales',
    description: 'Sales Premium',
    scope: 'user',
    extraFlags: 1,
  } as const;
  const extraInfo = 'set=user,web,sale-cal,t2,saint-cal';

  it('does not promise a seat of a plan whose own row lacks the license', () => {
    const purchasedPlans = moduleLicense({
      ...salesPlan,
      extraInfo,
      hidden: false,
      seats: { inUse: 1, free: 5 },
    });
    const tenant = tenantWith(...essential.modules, moduleLicense({ name: 'quote' }), purchasedPlans);
    const { upgrades } = findRow(report(tenant, userWithPlan(essential, 'ten-sales')), 'SaP9') ?? {};
    expect(upgrades).toMatchObject([{ plan: 'sales-premium', seat: 'ask' }]);
  });

  it('leaves a feature unknown if the plan includes it, the licenses only show it and the role hides it', () => {
    const user = { ...userWith(grantedLicense({ ...salesPlan, extraInfo })), functionRights: ['hide-sale'] };
    expect(findRow(report(premium, user), 'SaP9')).toMatchObject({
      state: 'unknown',
      reason: 'plan-license-conflict',
      confidence: 'none',
      upgrades: [],
    });
  });

  it('adds expiry evidence to every feature of an expired plan', () => {
    const expiredPlan = grantedLicense({ ...salesPlan, extraInfo, expiryDate: '2026-01-01' });
    const expiration = { kind: 'license-expired', module: 'ten-sales', date: '2026-01-01', readOnly: false };
    const { entitlements } = report(premium, userWith(expiredPlan));
    for (const id of ['C2', 'SaP2', 'SaE1'] as const) {
      const { evidence } = entitlements.find((each) => each.row === id) ?? {};
      const module = id === 'SaE1' ? 'sale-cal' : 'ten-sales';
      expect(evidence).toContainEqual({ ...expiration, module });
    }
  });

  it('does not detect CRM Suite from a description when the tenant has user plans', () => {
    const suite = moduleLicense({ name: 'x', description: 'Migration to CRM Suite Core' });
    const tenant = tenantWith(...premium.modules, suite);
    expect(report(tenant, userWithPlan(premium, 'ten-sales')).model).toBe('user-plans');
  });

  it('lists what an upgrade would disable for a user with an undocumented plan', () => {
    const customPlan = grantedLicense({
      name: 'ten-custom',
      extraFlags: 1,
      extraInfo: 'set=user,web,sale-cal',
    });
    const { upgrades } = entitlementEngine(premium, today).upgrades(userWith(customPlan), ['mailings']);
    expect(upgrades.map(({ disables }) => disables)).toEqual([
      ['sales-and-opportunity-management', 'sales-forecasting', 'currency-support', 'sales-secretary'],
    ]);
  });
});

describe('entitlement engine for a repeated request', () => {
  it('reuses the engine for the same data on the same day', () => {
    expect(entitlementEngine(premium, today)).toBe(entitlementEngine(premium, today));
    expect(entitlementEngine({ ...premium }, today)).not.toBe(entitlementEngine(premium, today));
    expect(entitlementEngine(null, today)).not.toBe(entitlementEngine(null, today));
  });

  it('creates a new engine on another day', () => {
    const before = entitlementEngine(premium, '2027-03-27').report(
      userWithPlan(premium, 'ten-sales'),
    ).notices;
    const after = entitlementEngine(premium, '2027-03-28').report(userWithPlan(premium, 'ten-sales')).notices;
    expect([before, after].map(([notice]) => notice?.kind)).toEqual([
      'license-expires-soon',
      'license-expired',
    ]);
  });
});
