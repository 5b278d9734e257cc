import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/plans/catalogue.ts';
import type { TenantLicenses, UserLicenses } from '../../../../src/plans/license-data.ts';
import type { DatedSnapshot } from '../../../../src/tenants/last-good.ts';
import type { Language } from '../../../../src/web/languages.ts';
import type { FeatureView } from '../../../../src/web/panel/feature-view.ts';
import { type PanelView, panelView } from '../../../../src/web/panel/panel-view.ts';
import { reportPlan } from '../../plans/fixtures/engine.ts';
import {
  grantedLicense,
  holderOf,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
} from '../../plans/fixtures/tenants.ts';
import { english, german, languages } from '../stand.ts';

const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const suiteCore = publishedTenant('suite-core');
const readAt = Date.UTC(2026, 10, 22, 10);

interface Given {
  readonly tenant: TenantLicenses | null;
  readonly user: UserLicenses | null;
  readonly today?: string;
  readonly language?: Language;
  readonly snapshots?: readonly (DatedSnapshot<unknown> | null)[];
}

function view({ tenant, user, today = '2026-12-01', language = english, snapshots }: Given): PanelView {
  const report = reportPlan({ tenant, user, today });
  const of = (content: unknown) => (content === null ? null : { content, readAt, stale: false });
  return panelView({
    report,
    companyName: 'Designteamet',
    snapshots: snapshots ?? [of(tenant), of(user)],
    language,
  });
}

function features({ solutions }: PanelView): FeatureView[] {
  const withChildren = (feature: FeatureView): FeatureView[] => [
    feature,
    ...feature.children.flatMap(withChildren),
  ];
  return solutions.flatMap(({ tiers }) => tiers.flatMap((tier) => tier.features.flatMap(withChildren)));
}

function feature(page: PanelView, id: string): FeatureView | undefined {
  return features(page).find((each) => each.id === id);
}

const plan = (name: string, description: string, extraInfo = '') =>
  grantedLicense({ name, description, extraFlags: 1, extraInfo });
const salesman = holderOf(premium, 'ten-sales');

describe('the name of the plan and the note under it', () => {
  const openSuite = tenantWith(moduleLicense({ name: '?', description: 'CRM Suite Enterprise' }));
  it.each<[string, Given, string, string]>([
    ['a plan of today', { tenant: premium, user: salesman }, 'Sales-Premium', ''],
    [
      'a plan whose tier is unknown',
      { tenant: null, user: userWith(plan('ten-service', 'Service')) },
      'Service',
      'planNote.tierUnknown',
    ],
    [
      'an old plan',
      { tenant: null, user: userWith(plan('superlicense-service-pro', 'Service Pro')) },
      'Service Pro',
      'planNote.old-plan',
    ],
    [
      'a plan nobody documented',
      { tenant: null, user: userWith(plan('ten-everything', 'Everything')) },
      'Everything',
      'planNote.undocumented-plan',
    ],
    [
      'no plan',
      { tenant: null, user: userWith(plan('superlicense-no-selection', 'None')) },
      'No user plan',
      'planNote.no-plan',
    ],
    ['a Suite plan', { tenant: suiteCore, user: userWith() }, 'SuperOffice CRM Suite Core', 'planNote.suite'],
    [
      'a Suite whose plan is open',
      { tenant: openSuite, user: userWith() },
      'SuperOffice CRM Suite',
      'planNote.suite',
    ],
    [
      'licenses without a plan',
      { tenant: null, user: userWith(grantedLicense({ name: 'user' })) },
      'User plan not known',
      'planNote.unknown',
    ],
    ['an unknown user', { tenant: premium, user: null }, 'User plan not known', 'planNote.unknown'],
  ])('of %s', (_what, given, name, note) => {
    const page = view(given);
    expect(page.plan).toBe(name);
    expect(page.planNote).toBe(note === '' ? '' : english.t(note));
  });
});

describe('the features', () => {
  const page = view({ tenant: premium, user: salesman });

  it('are the 76 rows of the catalogue, each once', () => {
    const shown = features(page).map(({ id }) => id);
    expect(shown.toSorted()).toEqual(catalogue.map(({ id }) => id).toSorted());
  });

  it('stand under their solution and tier, those of a group under the group', () => {
    expect(page.solutions.map(({ id }) => id)).toEqual(['sales', 'service', 'marketing', 'common']);
    expect(page.solutions.map(({ tiers }) => tiers.map(({ title }) => title))).toEqual([
      ['Essential', 'Premium'],
      ['Essential', 'Premium'],
      ['Essential', 'Premium'],
      [''],
    ]);
    for (const { id, solution, parent } of catalogue) {
      const under = page.solutions.filter((each) =>
        features({ ...page, solutions: [each] }).some((row) => row.id === id),
      );
      expect(under.map((each) => each.id)).toEqual([solution]);
      const group = parent === null ? undefined : feature(page, parent);
      expect(group?.children.some((child) => child.id === id) ?? null).toBe(parent === null ? null : true);
    }
  });

  it('carry the state and reason of the report in words', () => {
    const { entitlements } = reportPlan({ tenant: premium, user: salesman, today: '2026-12-01' });
    for (const { row, state, reason, confidence } of entitlements) {
      const because = english.t(`reason.${reason}`);
      expect(feature(page, row)).toMatchObject({
        state,
        stateText: english.t(`state.${state}`),
        reason: confidence === 'inferred' ? `${because} (inferred)` : because,
      });
    }
    expect(new Set(entitlements.map(({ confidence }) => confidence))).toContain('inferred');
    expect(new Set(features(page).map(({ state }) => state)).size).toBeGreaterThan(2);
  });

  it('have the catalogue’s own labels in its language, English in one it lacks', () => {
    const labels = (language: Language) =>
      feature(view({ tenant: premium, user: salesman, language }), 'C1')?.label;
    expect(labels(german)).not.toBe(labels(english));
    expect(labels({ ...english, code: 'fr' })).toBe(labels(english));
  });

  it('are counted per solution, groups not', () => {
    const leaves = (id: string) => catalogue.filter((row) => row.parent === id).length;
    for (const solution of page.solutions) {
      const all = features({ ...page, solutions: [solution] }).filter(({ id }) => leaves(id) === 0);
      const enabled = all.filter(({ state }) => state === 'enabled').length;
      expect(solution.tally).toBe(`${enabled} of ${all.length}`);
    }
  });

  it('are counted by state, those of no feature left out', () => {
    const { counts } = reportPlan({ tenant: premium, user: salesman, today: '2026-12-01' });
    expect(page.summary?.rest).toBe(`Needs an upgrade: ${counts.upgrade} · View only: ${counts.viewOnly}`);
    expect([counts.hiddenByRole, counts.unknown]).toEqual([0, 0]);
  });

  it('are counted over all, each once', () => {
    const { counts } = reportPlan({ tenant: premium, user: salesman, today: '2026-12-01' });
    expect(page.summary?.text).toBe(`${counts.enabled} of 62 features enabled`);
    expect(page.summary?.enabledPercent).toBe(Math.round((100 * counts.enabled) / 62));
  });

  it('are none of them enabled for a user nobody knows', () => {
    const unknown = view({ tenant: premium, user: null });
    expect(unknown.summary).toBeNull();
    expect(new Set(features(unknown).map(({ reason }) => reason))).toEqual(
      new Set([english.t('reason.user-unknown')]),
    );
  });
});

describe('the upgrade of a user whose tier is not known', () => {
  it('says that the new plan should not be lower', () => {
    const plan = { name: 'ten-sales', description: 'Plan A', extraFlags: 1, extraInfo: 'set=user,web' };
    const page = view({
      tenant: tenantWith(moduleLicense({ name: 'sale' })),
      user: userWith(grantedLicense(plan)),
    });
    expect(feature(page, 'SvE1')?.upgrade).toContain(english.t('upgrade.assumed'));
  });
});

describe('the upgrade of a feature', () => {
  const withSeats = (purchased: number, free: number) => ({
    ...premium,
    modules: premium.modules.map((module) =>
      module.name === 'ten-service'
        ? { ...module, unrestricted: false, purchased, seats: { inUse: purchased - free, free } }
        : module,
    ),
  });
  const withoutPlan = (tenant: TenantLicenses) => holderOf(tenant, 'superlicense-no-selection');

  it.each([
    ['assign', withSeats(5, 2), 'Service-Premium (a seat is free)'],
    ['buy', withSeats(5, 0), 'Service-Premium (no seat free, purchase needed)'],
  ])('says where the seat is to %s', (_seat, tenant, words) => {
    const page = view({ tenant, user: withoutPlan(tenant) });
    expect(feature(page, 'SvP1')?.upgrade).toBe(`Would come with ${words}.`);
  });

  it('says to ask where the tenant’s license was refused', () => {
    const user = userWith(plan('ten-sales', 'Sales Premium'), grantedLicense({ name: 'user' }));
    const words = feature(view({ tenant: null, user }), 'SvE1')?.upgrade;
    expect(words).toMatch(/^Would come with .*Service-.* \(ask about seats\)\.$/);
  });

  it('lists the ways that take the fewest steps and leaves out longer ones', () => {
    const page = view({ tenant: premium, user: withoutPlan(premium) });
    expect(feature(page, 'C3')?.upgrade).toMatch(
      /^Would come with Sales-Essentials \([^)]+\), Service-Essentials \([^)]+\), or Marketing-Essentials \([^)]+\)\.$/,
    );
    const { entitlements } = reportPlan({ tenant: premium, user: withoutPlan(premium), today: '2026-12-01' });
    const mixed = entitlements.find(({ upgrades, row }) => {
      const steps = upgrades.map((each) => (each.kind === 'user-plan' ? each.steps : 0));
      return new Set(steps).size > 1 && feature(page, row)?.children.length === 0;
    });
    const longest = mixed?.upgrades.at(-1);
    expect(longest?.kind).toBe('user-plan');
    const shown = feature(page, mixed?.row ?? '')?.upgrade ?? '';
    expect(shown.match(/\(/g)?.length ?? 0).toBeLessThan(mixed?.upgrades.length ?? 0);
  });

  it('is the Suite plan on a Suite tenant', () => {
    const page = view({ tenant: suiteCore, user: userWith() });
    expect(feature(page, 'MaP1')?.upgrade).toBe('Would come with CRM Suite Plus.');
  });

  it('says which lesser Suite plan may be enough', () => {
    const starter = tenantWith(moduleLicense({ name: '?', description: 'SuperOffice CRM Suite Starter' }));
    const advice = features(view({ tenant: starter, user: userWith() })).map(({ upgrade }) => upgrade);
    expect(advice).toContain('Would come with CRM Suite Growth, perhaps already with Core.');
    const inGerman = features(view({ tenant: starter, user: userWith(), language: german }));
    expect(inGerman.map(({ upgrade }) => upgrade)).toContain(
      'Wäre enthalten in CRM Suite Growth, vielleicht schon in Core.',
    );
  });

  it('is empty for what is enabled and for a group', () => {
    const page = view({ tenant: essential, user: holderOf(essential, 'ten-sales') });
    const all = features(page);
    const silent = all.filter(({ state, children }) => state === 'enabled' || children.length > 0);
    expect(silent.length).toBeGreaterThan(10);
    expect(new Set(silent.map(({ upgrade }) => upgrade))).toEqual(new Set(['']));
    const advised = all.filter(({ state, children }) => state === 'upgrade' && children.length === 0);
    expect(advised.length).toBeGreaterThan(10);
    for (const { upgrade } of advised) expect(upgrade).not.toBe('');
  });
});

describe('the add-ons', () => {
  it('are four, with state and reason and without an upgrade', () => {
    const { addOns } = view({ tenant: premium, user: salesman, language: german });
    expect(addOns.map(({ state }) => state)).toEqual(['enabled', 'enabled', 'enabled', 'add-on']);
    expect(addOns.at(-1)).toEqual({
      id: 'calendar-synchronization',
      label: 'Kalendersynchronisierung',
      state: 'add-on',
      stateText: 'Nicht erworben',
      reason: german.t('reason.add-on-missing'),
      upgrade: '',
      children: [],
    });
  });
});

describe('the date of the data', () => {
  const at = (hours: number, stale = false) => ({ content: {}, readAt: readAt + hours * 3_600_000, stale });
  const asOf = (...snapshots: readonly (DatedSnapshot<unknown> | null)[]) =>
    view({ tenant: premium, user: salesman, snapshots, language: german }).asOf;

  it('is that of the older part', () => {
    expect(asOf(at(1), at(0))).toBe('Lizenzdaten vom 22.11.2026, 10:00 UTC');
    expect(asOf(at(0), at(1))).toBe('Lizenzdaten vom 22.11.2026, 10:00 UTC');
  });

  it.each([
    [at(0, true), at(1)],
    [at(0), at(1, true)],
  ])('says so where either part is stale', (bought, held) => {
    expect(asOf(bought, held)).toBe(german.t('panel.asOfStale', { moment: '22.11.2026, 10:00 UTC' }));
  });

  it('is that of the one part where the other was refused', () => {
    expect(asOf(null, at(1))).toBe('Lizenzdaten vom 22.11.2026, 11:00 UTC');
    expect(asOf(at(1), null)).toBe('Lizenzdaten vom 22.11.2026, 11:00 UTC');
  });

  it('is left out where both were refused', () => {
    expect(asOf(null, null)).toBe('');
  });
});

describe('notices', () => {
  const noticesOn = (today: string, tenant: TenantLicenses | null = premium) =>
    view({ tenant, user: salesman, today }).notices;

  it.each([
    ['2027-03-01', "Your company's licence expires on March 27, 2027."],
    [
      '2027-04-01',
      "Your company's licence expired on March 27, 2027. SuperOffice CRM can be used until April 8, 2027.",
    ],
    [
      '2027-05-01',
      "Your company's licence has lapsed. Its grace period ended on April 8, 2027; SuperOffice CRM can only be read.",
    ],
  ])('on %s tell of the license', (today, text) => {
    expect(noticesOn(today)).toEqual([text]);
  });

  it('are none while all is well', () => {
    expect(noticesOn('2026-12-01')).toEqual([]);
  });

  it('tell where the tenant’s license was refused, not where only the user’s was', () => {
    expect(noticesOn('2026-12-01', null)).toEqual([english.t('notice.tenantLicenseRefused')]);
    expect(view({ tenant: premium, user: null }).notices).toEqual([]);
  });
});

describe('what is left', () => {
  it('names unknown modules and the company', () => {
    const user = userWith(
      grantedLicense({ name: 'brand-new' }),
      grantedLicense({ name: 'x', owner: 'ACME' }),
    );
    const page = view({ tenant: null, user });
    expect(page.unknownModules.split(', ').sort()).toEqual(['ACME.x', 'brand-new']);
    expect(page.companyName).toBe('Designteamet');
  });

  it('leaves no text out and no placeholder unfilled, in any language', () => {
    const tenants = [premium, essential, suiteCore, null];
    const pages = languages.codes.flatMap((code) =>
      tenants.flatMap((tenant) => {
        const users = [holderOf(tenant ?? premium, 'ten-service'), userWith(), null];
        return users.map((user) => view({ tenant, user, language: languages.choose([code]) }));
      }),
    );
    expect(pages).toHaveLength(languages.codes.length * 12);
    for (const page of pages) {
      const text = JSON.stringify(page);
      expect(text).not.toMatch(/\{\{|\}\}|undefined|NaN|Infinity|Invalid Date|returned an object/);
      expect(text).not.toMatch(/"(state|reason|planNote|notice|tier|solution|upgrade|panel)\.[\w.-]+"/);
    }
  });
});
