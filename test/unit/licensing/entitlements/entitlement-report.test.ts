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
  grantOf,
  holderOf,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userPartlyKnown,
  userWith,
} from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const suite = publishedTenant('suite-core');
const today = '2026-12-01';

function report(tenant: TenantLicenses | null, user: UserLicenses | null): EntitlementReport {
  return reportEntitlements({ tenant, user, today });
}

function rowsBy(states: ExpectedStates): Record<string, string[]> {
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

function found({ entitlements }: EntitlementReport): Record<string, string[]> {
  const rows = (state: string) =>
    entitlements.flatMap((each) => (each.state === state ? [each.row] : [])).sort();
  return {
    enabled: rows('enabled'),
    'view-only': rows('view-only'),
    upgrade: rows('upgrade'),
    unknown: rows('unknown'),
  };
}

function row(from: EntitlementReport, id: string) {
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

describe('the users of the published tenants', () => {
  it.each(published)('%s: every row is what an administrator would say', (_name, tenant, plan, expected) => {
    expect(found(report(tenant, holderOf(tenant, plan)))).toEqual(rowsBy(expected));
  });

  it.each(published)(
    '%s: the same from the license of the tenant and the bare plan',
    (_name, tenant, plan, expected) => {
      const bare = tenant.modules.filter(({ name }) => name === plan).map(grantOf);
      const user = userWith(...bare.map((license) => ({ ...license, extraInfo: '' })));
      expect(found(report(tenant, user))).toEqual(rowsBy(expected));
    },
  );

  it.each(published)(
    '%s: the same where the license of the tenant was refused',
    (_name, tenant, plan, expected) => {
      const alone = report(null, holderOf(tenant, plan));
      expect(found(alone)).toEqual(rowsBy(expected));
      const seats = alone.entitlements.flatMap(({ upgrades }) =>
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
  ] as const)('%s is recognised', (plan, tenant, key) => {
    const { model, plan: held } = report(tenant, holderOf(tenant, plan));
    expect(model).toBe('user-plans');
    expect(held?.kind === 'user-plan' && held.plan?.key).toBe(key);
  });

  it('tells the add-ons of each', () => {
    const states = (tenant: TenantLicenses) => report(tenant, null).addOns.map(({ state }) => state);
    expect(states(premium)).toEqual(['enabled', 'enabled', 'enabled', 'add-on']);
    expect(states(essential)).toEqual(['add-on', 'add-on', 'add-on', 'add-on']);
    expect(states(suite)).toEqual(['unknown', 'unknown', 'unknown', 'enabled']);
  });

  it('knows every module of theirs', () => {
    expect(report(premium, holderOf(premium, 'ten-sales')).unknownModules).toEqual([]);
    expect(report(essential, holderOf(essential, 'ten-sales')).unknownModules).toEqual([]);
    expect(report(suite, null).unknownModules).toEqual(['?']);
  });
});

describe('the shape of a report', () => {
  it('has the 76 rows in catalogue order', () => {
    const { entitlements } = report(premium, holderOf(premium, 'ten-sales'));
    expect(entitlements.map((each) => each.row)).toEqual(catalogue.map((each) => each.id));
  });

  it('counts 62 features once each, groups not at all', () => {
    expect(report(premium, holderOf(premium, 'ten-service')).counts).toEqual({
      total: 62,
      enabled: 34,
      viewOnly: 16,
      hiddenByRole: 0,
      upgrade: 12,
      unknown: 0,
    });
  });

  it('decides a repeated feature the same in all its rows', () => {
    const service = report(premium, holderOf(premium, 'ten-service'));
    expect(row(service, 'SaP8')).toEqual({ ...row(service, 'MaE21'), row: 'SaP8' });
  });
});

describe('groups', () => {
  it('are as good as the best feature in them', () => {
    const oldPlan = grantedLicense({ name: 'superlicense-contact-manager', extraFlags: 1 });
    const user = userWith(oldPlan, grantedLicense({ name: 'relation-cal' }));
    const tenant = tenantWith(moduleLicense({ name: 'relation' }), moduleLicense({ name: 'selection' }));
    const mixed = report(tenant, user);
    expect(row(mixed, 'C1')).toMatchObject({ state: 'enabled', reason: 'group-of-features' });
    expect(row(mixed, 'C19')).toMatchObject({ state: 'unknown' });
    expect(row(mixed, 'C1')?.evidence).toContainEqual({ kind: 'feature', row: 'C3', state: 'enabled' });
  });

  it('carry the upgrade where none of their features is there', () => {
    const upgrades = row(report(premium, holderOf(premium, null)), 'C1')?.upgrades ?? [];
    expect(upgrades).toHaveLength(3);
  });
});

describe('default tiles', () => {
  it('come with custom tiles', () => {
    const marketing = report(premium, holderOf(premium, 'ten-marketing'));
    expect(row(marketing, 'SaE3')).toMatchObject({ state: 'enabled', reason: 'part-of-another-feature' });
    expect(row(marketing, 'SaE3')?.evidence).toContainEqual({
      kind: 'feature',
      row: 'SaP3',
      state: 'enabled',
    });
  });

  it('rest on their own license where there is one', () => {
    expect(row(report(premium, holderOf(premium, 'ten-service')), 'SaE3')?.reason).toBe('site-license-only');
  });

  it('stay open with custom tiles the plan has and the licenses only show', () => {
    const plan = grantedLicense({ name: 'ten-marketing', extraFlags: 1, extraInfo: 'set=user,t1' });
    const marketing = report(tenantWith(moduleLicense({ name: 'dash' })), userWith(plan));
    expect(row(marketing, 'MaE10')?.state).toBe('view-only');
    expect(row(marketing, 'SaE3')).toMatchObject({
      state: 'unknown',
      reason: 'plan-license-conflict',
      confidence: 'none',
    });
  });
});

describe('upgrades in a report', () => {
  it('come with what is locked and what can only be viewed, and with nothing else', () => {
    const { entitlements } = report(premium, holderOf(premium, 'ten-service'));
    for (const { state, upgrades } of entitlements) {
      expect(upgrades.length > 0).toBe(state === 'upgrade' || state === 'view-only');
    }
  });

  it('tell the free seats of the tenant', () => {
    const escalation = row(report(premium, holderOf(premium, null)), 'SvP1');
    expect(escalation?.upgrades).toEqual([
      { kind: 'user-plan', plan: 'service-premium', steps: 2, assumedEssential: [], seat: 'assign' },
    ]);
  });

  it('promise no free seat where the tenant lacks the site license', () => {
    const tenant = tenantWith(...premium.modules.filter(({ name }) => name !== 'escalate'));
    const withoutPlan = report(tenant, holderOf(tenant, null));
    const seats = (id: string) =>
      row(withoutPlan, id)?.upgrades.flatMap((each) => (each.kind === 'user-plan' ? [each.seat] : []));
    expect([seats('SvP1'), seats('SvP2')]).toEqual([['ask'], ['assign']]);
  });

  it('are Suite plans on a Suite tenant', () => {
    const core = report(suite, holderOf(suite, null));
    expect(row(core, 'MaP1')?.upgrades).toEqual([{ kind: 'suite-plan', plan: 'plus', possiblyFrom: null }]);
    expect(row(core, 'SaP6')?.upgrades).toEqual([{ kind: 'suite-plan', plan: 'growth', possiblyFrom: null }]);
  });
});

describe('function rights', () => {
  const sales = holderOf(premium, 'ten-sales');

  it('hide what is licensed, without offering an upgrade', () => {
    const hidden = report(premium, { ...sales, functionRights: ['allow-bulk-export', 'hide-project'] });
    expect(row(hidden, 'SvP8')).toMatchObject({ state: 'hidden-by-role', upgrades: [] });
    expect(hidden.counts.hiddenByRole).toBe(1);
    expect(hidden.counts.enabled).toBe(report(premium, sales).counts.enabled - 1);
  });

  it('do not hide what is not licensed', () => {
    const hidden = report(essential, {
      ...holderOf(essential, 'ten-sales'),
      functionRights: ['hide-project'],
    });
    expect(row(hidden, 'SaP8')?.state).toBe('upgrade');
  });

  it('hide on a Suite tenant, too', () => {
    const hidden = report(suite, { ...holderOf(suite, null), functionRights: ['hide-project'] });
    expect(row(hidden, 'SaP8')?.state).toBe('hidden-by-role');
  });
});

describe('a lapsed license', () => {
  const user = holderOf(premium, 'ten-service');

  it('is said in the report and at each feature it carries', () => {
    const expired = reportEntitlements({ tenant: premium, user, today: '2027-04-01' });
    const evidence = { kind: 'license-expired', module: null, date: '2027-03-27', readOnly: false };
    expect(expired.notices.map(({ kind }) => kind)).toEqual(['license-expired']);
    expect(row(expired, 'SvE1')?.evidence).toContainEqual(evidence);
    expect(row(expired, 'SaE1')?.evidence).toContainEqual(evidence);
    expect(row(expired, 'MaE1')?.evidence).not.toContainEqual(evidence);
  });

  it('changes no state, even read-only', () => {
    const readOnly = reportEntitlements({ tenant: premium, user, today: '2027-05-01' });
    expect(found(readOnly)).toEqual(found(report(premium, user)));
    expect(row(readOnly, 'SvE1')?.evidence).toContainEqual({
      kind: 'license-expired',
      module: null,
      date: '2027-04-08',
      readOnly: true,
    });
  });

  it('is no evidence before it lapses', () => {
    const soon = reportEntitlements({ tenant: premium, user, today: '2027-03-01' });
    expect(soon.notices.map(({ kind }) => kind)).toEqual(['license-expires-soon']);
    expect(row(soon, 'SvE1')?.evidence.map(({ kind }) => kind)).not.toContain('license-expired');
  });
});

describe('a module license that lapsed', () => {
  const held = holderOf(premium, 'ten-sales');
  /** The user's report where the licenses of these names lapsed on these days. */
  function expiredReport(days: Readonly<Record<string, string>>, day = today): EntitlementReport {
    const granted = held.granted.map((each) => ({ ...each, expiryDate: days[each.name] ?? null }));
    return reportEntitlements({ tenant: premium, user: { ...held, granted }, today: day });
  }
  const expirationsIn = (from: EntitlementReport) =>
    from.entitlements.flatMap(({ row, evidence }) =>
      evidence.flatMap((each) => (each.kind === 'license-expired' ? [[row, each.module, each.date]] : [])),
    );

  it('is said at each feature that rests on it, and changes no state', () => {
    const expired = expiredReport({ 'quote-cal': '2026-05-01' });
    expect(expirationsIn(expired)).toEqual([['SaP9', 'quote-cal', '2026-05-01']]);
    expect(row(expired, 'SaP9')?.evidence).toContainEqual({
      kind: 'license-expired',
      module: 'quote-cal',
      date: '2026-05-01',
      readOnly: false,
    });
    expect(found(expired)).toEqual(found(report(premium, held)));
    expect(expired.notices).toEqual([]);
  });

  it('is said of a site license, too', () => {
    expect(expirationsIn(expiredReport({ stakeholder: '2026-05-01' }))).toEqual([
      ['SaP4', 'stakeholder', '2026-05-01'],
    ]);
  });

  it('is not said where the feature is locked anyway', () => {
    const expired = expiredReport({ 'mktg-auto': '2026-05-01', escalate: '2026-05-01' });
    expect(row(expired, 'SvP1')?.state).toBe('upgrade');
    expect(expirationsIn(expired)).toEqual([['MaP1', 'mktg-auto', '2026-05-01']]);
  });

  it('is not said before it lapses', () => {
    expect(expirationsIn(expiredReport({ 'quote-cal': today }))).toEqual([]);
  });

  it('is less than the license of the tenant that lapsed, which is said instead', () => {
    const expired = expiredReport({ 'quote-cal': '2026-05-01' }, '2027-05-01');
    const said = expirationsIn(expired);
    expect(said).toContainEqual(['SaP9', null, '2027-04-08']);
    expect(said.filter(([, module]) => module !== null)).toEqual([]);
  });

  it('is, where the license of the tenant was refused, the license of the tenant if all site licenses lapsed', () => {
    const granted = held.granted.map((each) => ({ ...each, expiryDate: '2026-05-01' }));
    const refused = report(null, { ...held, granted });
    expect(refused.notices).toEqual([{ kind: 'license-expired', date: '2026-05-01', graceDate: null }]);
    expect(expirationsIn(refused)).toContainEqual(['SaP9', null, '2026-05-01']);
  });
});

describe('what is not known', () => {
  it('leaves every feature open for an unknown user', () => {
    const unknown = report(premium, null);
    expect(new Set(unknown.entitlements.map(({ state, reason }) => `${state} ${reason}`))).toEqual(
      new Set(['unknown user-unknown']),
    );
    expect(unknown.entitlements).toHaveLength(76);
    expect([unknown.plan, unknown.model]).toEqual([null, 'user-plans']);
  });

  it('still names the Suite plan, which all users share', () => {
    expect(report(suite, null)).toMatchObject({ model: 'suite', plan: { kind: 'suite', plan: 'core' } });
  });

  it('locks nothing where nobody told anything', () => {
    const nothing = report(null, userPartlyKnown());
    expect(nothing.counts).toMatchObject({ unknown: 62, upgrade: 0 });
    expect([nothing.plan, nothing.model]).toEqual([null, 'unknown']);
  });

  it('does not know how a tenant is sold that has no plan at all', () => {
    expect(report(tenantWith(), userWith())).toMatchObject({
      model: 'unknown',
      plan: { kind: 'no-plan', module: null },
    });
  });

  it('locks nothing of a Suite whose plan is open', () => {
    const tenant = tenantWith(moduleLicense({ name: '?', description: 'CRM Suite Enterprise' }));
    expect(report(tenant, userWith()).counts).toMatchObject({ unknown: 62, upgrade: 0 });
  });

  it('goes by the plan where its set was not told', () => {
    const plan = grantedLicense({ name: 'ten-sales', description: 'Sales Premium', extraFlags: 1 });
    const { entitlements, counts } = report(null, userWith(plan));
    expect(counts.unknown).toBe(0);
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

describe('the plan of a user', () => {
  it('is an old one: modules decide, the rest stays open', () => {
    const old = grantedLicense({
      name: 'superlicense-service-pro',
      extraFlags: 1,
      extraInfo: 'set=user,web,ej-client,project-cal',
    });
    const oldReport = report(tenantWith(moduleLicense({ name: 'project' })), userWith(old));
    expect(oldReport.model).toBe('user-plans');
    expect(row(oldReport, 'SvE1')).toMatchObject({ state: 'enabled', reason: 'granted' });
    expect(row(oldReport, 'SaP8')).toMatchObject({ state: 'enabled' });
    expect(row(oldReport, 'SvP4')).toMatchObject({ state: 'unknown', reason: 'no-evidence' });
    expect(row(oldReport, 'SaP2')).toMatchObject({ state: 'unknown', reason: 'no-evidence' });
  });

  it('is none with "no selection"', () => {
    const none = grantedLicense({ name: 'superlicense-no-selection', extraFlags: 1 });
    const noneReport = report(null, userWith(none, grantedLicense({ name: 'sale', scope: 'site' })));
    expect(noneReport.plan).toEqual({ kind: 'no-plan', module: 'superlicense-no-selection' });
    expect(noneReport.model).toBe('user-plans');
    expect(noneReport.counts.upgrade).toBe(62);
  });

  it('is not a partner plan, and partner modules license nothing', () => {
    const foreign = (name: string) => grantedLicense({ name, owner: 'ACME', extraFlags: 1 });
    const user = userWith(grantedLicense({ name: 'user' }), foreign('ten-sales'), foreign('sale-cal'));
    const foreignReport = report(tenantWith(moduleLicense({ name: 'sale' })), user);
    expect(foreignReport.plan).toBeNull();
    expect(row(foreignReport, 'SaE1')?.state).toBe('view-only');
    expect(foreignReport.unknownModules).toEqual(['ACME.sale-cal', 'ACME.ten-sales']);
  });
});

describe('data that contradict each other', () => {
  const salesPlan = {
    name: 'ten-sales',
    description: 'Sales Premium',
    scope: 'user',
    extraFlags: 1,
  } as const;
  const extraInfo = 'set=user,web,sale-cal,t2,saint-cal';

  it('promise no seat of a plan whose own row lacks the license', () => {
    const purchasedPlans = moduleLicense({
      ...salesPlan,
      extraInfo,
      hidden: false,
      seats: { inUse: 1, free: 5 },
    });
    const tenant = tenantWith(...essential.modules, moduleLicense({ name: 'quote' }), purchasedPlans);
    const { upgrades } = row(report(tenant, holderOf(essential, 'ten-sales')), 'SaP9') ?? {};
    expect(upgrades).toMatchObject([{ plan: 'sales-premium', seat: 'ask' }]);
  });

  it('leave open what the plan has, the licenses only show, and the role hides', () => {
    const user = { ...userWith(grantedLicense({ ...salesPlan, extraInfo })), functionRights: ['hide-sale'] };
    expect(row(report(premium, user), 'SaP9')).toMatchObject({
      state: 'unknown',
      reason: 'plan-license-conflict',
      confidence: 'none',
      upgrades: [],
    });
  });

  it('say of everything that its plan lapsed', () => {
    const held = grantedLicense({ ...salesPlan, extraInfo, expiryDate: '2026-01-01' });
    const expiration = { kind: 'license-expired', module: 'ten-sales', date: '2026-01-01', readOnly: false };
    const { entitlements } = report(premium, userWith(held));
    for (const id of ['C2', 'SaP2', 'SaE1'] as const) {
      const { evidence } = entitlements.find((each) => each.row === id) ?? {};
      const module = id === 'SaE1' ? 'sale-cal' : 'ten-sales';
      expect(evidence?.at(-1)).toEqual({ ...expiration, module });
    }
  });

  it('take no tenant that sells user plans for CRM Suite by a description', () => {
    const suite = moduleLicense({ name: 'x', description: 'Migration to CRM Suite Core' });
    const tenant = tenantWith(...premium.modules, suite);
    expect(report(tenant, holderOf(premium, 'ten-sales')).model).toBe('user-plans');
  });

  it('tell what an upgrade would take from somebody whose plan nobody documented', () => {
    const held = grantedLicense({ name: 'ten-custom', extraFlags: 1, extraInfo: 'set=user,web,sale-cal' });
    const { upgrades } = entitlementEngine(premium, today).upgrades(userWith(held), ['mailings']);
    expect(upgrades.map(({ disables }) => disables)).toEqual([
      ['sales-and-opportunity-management', 'sales-forecasting', 'currency-support', 'sales-secretary'],
    ]);
  });
});

describe('a tenant asked about again', () => {
  it('is opened once for the same data on the same day', () => {
    expect(entitlementEngine(premium, today)).toBe(entitlementEngine(premium, today));
    expect(entitlementEngine({ ...premium }, today)).not.toBe(entitlementEngine(premium, today));
    expect(entitlementEngine(null, today)).not.toBe(entitlementEngine(null, today));
  });

  it('is opened anew on another day', () => {
    const before = entitlementEngine(premium, '2027-03-27').report(holderOf(premium, 'ten-sales')).notices;
    const after = entitlementEngine(premium, '2027-03-28').report(holderOf(premium, 'ten-sales')).notices;
    expect([before, after].map(([notice]) => notice?.kind)).toEqual([
      'license-expires-soon',
      'license-expired',
    ]);
  });
});
