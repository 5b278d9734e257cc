import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import type { FeatureRow } from '../../../../src/web/panel/feature-row.ts';
import { type PanelView, panelView } from '../../../../src/web/panel/panel-view.ts';
import { reportEntitlements } from '../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../licensing/fixtures/golden-cases.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
  userWithPlan,
} from '../../licensing/fixtures/tenants.ts';
import { english, german, languages } from '../harness.ts';
import { createContext, type Given, readAt, requestAccess } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const suiteCore = publishedTenant('suite-core');
const nothingReported = {
  dashboards: null,
  'active-projects': null,
  'active-marketing-flows': null,
  nearest: null,
};

type Solutions = { readonly solutions: PanelView['columns'][number] };

/** The panel, and its solutions over both columns. */
function view(given: Given, query: object = {}): PanelView & Solutions {
  const page = panelView(createContext(given), query);
  return { ...page, solutions: page.columns.flat() };
}

function features({ solutions }: Solutions): FeatureRow[] {
  const withChildren = (feature: FeatureRow): FeatureRow[] => [
    feature,
    ...feature.children.flatMap(withChildren),
  ];
  return solutions.flatMap(({ missing, enabled }) =>
    [...missing, ...enabled].flatMap((tier) => tier.features.flatMap(withChildren)),
  );
}

const isCountedHere = ({ children, countedUnder }: FeatureRow) =>
  children.length === 0 && countedUnder === '';

function feature(page: Solutions, id: string): FeatureRow | undefined {
  return features(page).find((each) => each.id === id);
}

const plan = (name: string, description: string, extraInfo = '') =>
  grantedLicense({ name, description, extraFlags: 1, extraInfo });
const salesman = userWithPlan(premium, 'ten-sales');

describe('plan name and note', () => {
  it('marks a tier that is a guess, with the name it was guessed from', () => {
    const noteOf = (description: string) =>
      view({ tenant: null, user: userWith(plan('ten-salesservice', description)) }).planNote;
    expect(noteOf('SalesESS-ServicePREM')).toBe(
      'Your tier is guessed from an abbreviation in the name of the plan: SalesESS-ServicePREM.',
    );
    expect(noteOf('SalesPREM-ServicePREM')).toBe('');
  });

  const openSuite = tenantWith(moduleLicense({ name: '?', description: 'CRM Suite Enterprise' }));
  it.each<[string, Given, string, string]>([
    ['a current plan', { tenant: premium, user: salesman }, 'Sales-Premium', ''],
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
      'an undocumented plan',
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
  ])('shows the plan name and note for %s', (_case, given, name, note) => {
    const page = view(given);
    expect(page.plan).toBe(name);
    expect(page.planNote).toBe(note === '' ? '' : english.t(note));
  });
});

describe('feature rows', () => {
  const page = view({ tenant: premium, user: salesman });

  it('shows each of the 76 rows of the catalogue exactly once', () => {
    const shown = features(page).map(({ id }) => id);
    expect(shown.toSorted()).toEqual(catalogue.map(({ id }) => id).toSorted());
  });

  it('groups rows by solution and tier and nests the members of a group below it', () => {
    const titles = (tiers: (typeof page.solutions)[number]['missing']) => tiers.map(({ title }) => title);
    expect(page.solutions.map(({ id, missing, enabled }) => [id, titles(missing), titles(enabled)])).toEqual([
      ['sales', [], ['Essential', 'Premium']],
      ['marketing', ['Essential', 'Premium'], ['Essential']],
      ['service', ['Essential', 'Premium'], ['Essential', 'Premium']],
      ['common', [], ['']],
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

  it('shows the state of each feature in words and carries the key of its explanation', () => {
    const { entitlements } = reportEntitlements({ tenant: premium, user: salesman, today: '2026-12-01' });
    for (const { row, feature: key, state } of entitlements) {
      const shown = feature(page, row);
      expect(shown).toMatchObject({ state, stateText: english.t(`state.${state}`), isRequested: false });
      expect(shown?.feature).toBe((shown?.children.length ?? 0) > 0 ? null : key);
    }
    expect(new Set(features(page).map(({ state }) => state)).size).toBeGreaterThan(2);
  });

  it('shows the catalogue labels in the language of the panel user', () => {
    const label = (language: typeof english) =>
      feature(view({ tenant: premium, user: salesman, language }), 'C1')?.label;
    expect([label(english), label(german)]).toEqual(['Contact management', 'Kontaktmanagement']);
  });

  it('marks a feature with an open access request in each of its rows', () => {
    const accessRequests = [
      requestAccess('feature:saint'),
      requestAccess('feature:mailings', { state: 'declined' }),
    ];
    const requested = features(view({ tenant: premium, user: salesman, accessRequests })).filter(
      (each) => each.isRequested,
    );
    expect(requested.map(({ id }) => id)).toEqual(['SaP6', 'SvP5']);
  });

  it('shares the tiers that show the same with every user, and no others', () => {
    const tiers = (given: Partial<Given>, query = {}) =>
      view({ tenant: premium, user: salesman, ...given }, query).solutions.flatMap((solution) => [
        ...solution.missing,
        ...solution.enabled,
      ]);
    const own = tiers({});
    const others = (found: typeof own) => found.filter((tier) => !own.includes(tier));
    expect(others(tiers({ tenant: structuredClone(premium), user: structuredClone(salesman) }))).toEqual([]);
    const requested = others(tiers({ accessRequests: [requestAccess('feature:forms')] }));
    expect(requested.flatMap(({ features: rows }) => rows.filter((row) => row.isRequested))).toHaveLength(1);
    expect(others(tiers({ language: german }))).toHaveLength(own.length);
    expect(tiers({}, { show: 'upgrade' }).some((tier) => own.includes(tier))).toBe(false);
    expect(tiers({})).toEqual(own);
  });

  it('shows what is missing first, and folds what is enabled unless a filter is set', () => {
    const states = (tiers: (typeof page.solutions)[number]['missing']) =>
      tiers.flatMap((tier) => tier.features.map(({ state }) => state));
    for (const solution of page.solutions) {
      const { missing, enabled, enabledText } = solution;
      expect(states(missing)).not.toContain('enabled');
      expect(new Set(states(enabled))).toEqual(new Set(states(enabled).length > 0 ? ['enabled'] : []));
      const count = features({ solutions: [{ ...solution, missing: [] }] });
      const number = count.filter(isCountedHere).length;
      expect(enabledText).toBe(number === 0 ? 'Enabled' : `Enabled: ${number}`);
    }
    expect(page.solutions.map(({ isOpen }) => isOpen)).toEqual([false, false, false, false]);
    const found = view({ tenant: premium, user: salesman }, { show: 'enabled' });
    expect(new Set(found.solutions.map(({ isOpen }) => isOpen))).toEqual(new Set([true]));
  });

  it('splits the solutions into two columns of similar height and drops an empty column', () => {
    const ids = (query: object) =>
      view({ tenant: premium, user: salesman }, query).columns.map((column) => column.map(({ id }) => id));
    expect(ids({})).toEqual([
      ['sales', 'marketing'],
      ['service', 'common'],
    ]);
    expect(ids({ search: 'sharepoint' })).toEqual([]);
  });

  it('counts features per solution, without groups, so that the solutions add up to the sum of the page', () => {
    for (const tenant of [premium, publishedTenant('essential'), suiteCore]) {
      for (const user of [salesman, userWith()]) {
        const { solutions, summary } = view({ tenant, user });
        const sums = [0, 1].map((index) =>
          solutions.reduce((sum, { tally }) => sum + Number(tally.split(' of ')[index]), 0),
        );
        expect(summary?.text).toBe(`${sums[0]} of ${sums[1]} features enabled`);
      }
    }
  });

  it('says of a feature that several solutions list where it is counted', () => {
    const counted = (id: string) => feature(page, id)?.countedUnder;
    expect(['SaP6', 'SvP5', 'MaE21'].map(counted)).toEqual([
      '',
      'counted under Sales',
      'counted under Sales',
    ]);
  });

  it('counts each feature once by state, as a part of the bar and as a filter, without states that have none', () => {
    const { counts } = reportEntitlements({ tenant: premium, user: salesman, today: '2026-12-01' });
    expect([counts.total, counts.hiddenByRole]).toEqual([62, 0]);
    expect(page.summary?.text).toBe(`${counts.enabled} of 62 features enabled`);
    const states = page.summary?.states ?? [];
    expect(states.map(({ show, count }) => [show, count])).toEqual([
      ['all', 62],
      ['enabled', counts.enabled],
      ['view-only', counts.viewOnly],
      ['upgrade', counts.upgrade],
      ['unknown', counts.unknown],
    ]);
    const [, first, second] = states;
    expect([first?.start, second?.start]).toEqual([0, first?.length]);
    expect(states.slice(1).reduce((sum, { length }) => sum + length, 0)).toBeCloseTo(100, 0);
  });

  it('links each count to the list of its features and keeps the search', () => {
    const { summary } = view({ tenant: premium, user: salesman }, { show: 'upgrade', search: 'mail' });
    const links = summary?.states.map(({ show, href, isShown }) => [show, href, isShown]) ?? [];
    const panel = '/panel?uctx=Cust12345&usid=5&lang=en';
    expect(links[0]).toEqual(['all', `${panel}&search=mail#filter`, false]);
    expect(links.find(([show]) => show === 'upgrade')).toEqual([
      'upgrade',
      `${panel}&show=upgrade&search=mail#filter`,
      true,
    ]);
  });

  it('offers one action to a user without a plan or with unread licenses instead of equal features', () => {
    const none = userWith(plan('superlicense-no-selection', 'None'));
    expect(view({ tenant: premium, user: none }).emptyState).toBe('no-plan');
    expect(view({ tenant: premium, user: null }).emptyState).toBe('licenses-unread');
    expect(page.emptyState).toBeNull();
  });

  it('shows every feature as unknown and no summary for an unknown user', () => {
    const unknown = view({ tenant: premium, user: null });
    expect(unknown.summary).toBeNull();
    expect(new Set(features(unknown).map(({ state }) => state))).toEqual(new Set(['unknown']));
  });
});

describe('suggested upgrades', () => {
  it('lists the next higher plans, largest gain first, with seats and a comparison link', () => {
    const { suggestedUpgrades } = view({ tenant: premium, user: salesman });
    expect(suggestedUpgrades).toEqual([
      {
        plan: 'Sales-Premium + Marketing-Essentials',
        text: '11 more features',
        seat: { state: 'buy', text: english.t('seat.buy') },
        href: '/panel/plans?uctx=Cust12345&usid=5&lang=en&plan=sales-premium%2Bmarketing-essential',
      },
      expect.objectContaining({ plan: 'Sales-Premium + Service-Essentials', text: '6 more features' }),
    ]);
  });

  it('names no free seat on a tenant that pays for the seats in use', () => {
    const billed = goldenTenants.get('seats-billed-by-use') ?? tenantWith();
    const service = { ...billed, modules: billed.modules.filter(({ name }) => name !== 'ten-salesservice') };
    const row = moduleLicense({ name: 'ten-salesservice', scope: 'user', extraFlags: 1, purchased: 100_000 });
    const tenant = {
      ...service,
      modules: [...service.modules, { ...row, description: 'Sales Essentials + Service Essentials' }],
    };
    const { suggestedUpgrades } = view({ tenant, user: userWithPlan(tenant, 'ten-sales') });
    const seats = suggestedUpgrades.map(({ seat }) => seat?.text);
    expect(seats).toContain('Seats are billed by use: an administrator can assign one now.');
    expect(seats).not.toContain(english.t('seat.assign'));
    expect(seats).not.toContain(english.t('seat.buy'));
  });

  it('suggests only the next Suite plan, without a seat, on a Suite tenant', () => {
    const { suggestedUpgrades } = view({ tenant: suiteCore, user: userWith() });
    expect(suggestedUpgrades.map(({ plan: name, seat }) => [name, seat])).toEqual([
      ['CRM Suite Growth', null],
    ]);
  });

  it('suggests nothing for a user without a plan and for an unknown user', () => {
    const none = userWith(plan('superlicense-no-selection', 'None'));
    expect(view({ tenant: premium, user: none }).suggestedUpgrades).toEqual([]);
    expect(view({ tenant: premium, user: null }).suggestedUpgrades).toEqual([]);
  });

  it('suggests at most three plans', () => {
    expect(
      view({ tenant: essential, user: userWithPlan(essential, 'ten-sales') }).suggestedUpgrades,
    ).toHaveLength(3);
  });
});

describe('solutions', () => {
  const titles = (given: Given) =>
    view(given).columns.flatMap((column) =>
      column.flatMap(({ missing, enabled }) => [...missing, ...enabled].map(({ title }) => title)),
    );

  it('are divided by the tiers of user plans, and not at all on CRM Suite', () => {
    expect(new Set(titles({ tenant: premium, user: salesman }))).toEqual(
      new Set(['Essential', 'Premium', '']),
    );
    expect(new Set(titles({ tenant: suiteCore, user: userWith() }))).toEqual(new Set(['']));
  });
});

describe('access requests of the user', () => {
  const day = 24 * 60 * 60_000;
  const today = '2026-12-01';
  const daysAgo = (days: number) => new Date(Date.parse(today) - days * day);

  it('lists access requests with their state and a link, newest first', () => {
    const accessRequests = [
      requestAccess('feature:saint', { requestedAt: daysAgo(3) }),
      requestAccess('plan:service-premium', { requestedAt: daysAgo(1) }),
      requestAccess('feature:gone', { requestedAt: daysAgo(1) }),
    ];
    const page = view({ tenant: premium, user: salesman, today, accessRequests });
    expect(page.accessRequests).toEqual([
      {
        title: 'Service-Premium',
        text: english.t('accessRequest.open', { date: '30 November 2026' }),
        comment: '',
        href: '/panel/plans?uctx=Cust12345&usid=5&lang=en&plan=service-premium',
      },
      {
        title: 'Activity Monitors (SAINT)',
        text: english.t('accessRequest.open', { date: '28 November 2026' }),
        comment: '',
        href: '/panel/feature?uctx=Cust12345&usid=5&lang=en&feature=saint',
      },
    ]);
  });

  it('lists an answer before requests that were made earlier than it', () => {
    const accessRequests = [
      requestAccess('plan:service-premium', { requestedAt: daysAgo(2) }),
      requestAccess('feature:saint', { requestedAt: daysAgo(9), state: 'declined', resolvedAt: daysAgo(1) }),
    ];
    const page = view({ tenant: premium, user: salesman, today, accessRequests });
    expect(page.accessRequests.map(({ title }) => title)).toEqual([
      'Activity Monitors (SAINT)',
      'Service-Premium',
    ]);
  });

  it('shows an access request while it is open and for two weeks after its resolution', () => {
    const titles = (resolvedAt: Date | null) => {
      const times = {
        requestedAt: daysAgo(90),
        resolvedAt,
        state: resolvedAt ? 'declined' : 'open',
      } as const;
      const accessRequests = [requestAccess('feature:saint', times)];
      return view({ tenant: premium, user: salesman, today, accessRequests }).accessRequests.length;
    };
    expect([titles(null), titles(daysAgo(13.9)), titles(daysAgo(14))]).toEqual([1, 1, 0]);
  });
});

describe('Suite plan limits', () => {
  const use = (active: number, maximum = 100) => ({ active, maximum, near: false, reached: false });
  const projects = (active: number) => {
    const limits = { ...nothingReported, 'active-projects': use(active) };
    const { limits: rows } = view({ tenant: { ...suiteCore, limits }, user: userWith() });
    return rows.find(({ name }) => name === 'Active projects');
  };

  it('shows the published limits of the Suite plan when their use is not reported', () => {
    const { limits } = view({ tenant: suiteCore, user: userWith() });
    expect(limits.map(({ name, value, warning }) => [name, value, warning])).toEqual([
      ['Dashboards', 'Unlimited', ''],
      ['Active projects', '100 (use not reported)', ''],
      ['Custom objects', '0', ''],
      ['Active marketing flows', '0', ''],
    ]);
  });

  it('shows the use of a limit, warns from 85 %, and tells what stops and which plan lifts it', () => {
    expect(projects(84)).toMatchObject({ value: '84 of 100', level: 'below', warning: '', advice: '' });
    expect(projects(85)).toMatchObject({ value: '85 of 100', level: 'near', warning: 'Close to the limit' });
    expect(projects(100)).toEqual({
      name: 'Active projects',
      value: '100 of 100',
      level: 'reached',
      warning: 'Limit reached',
      advice:
        'At the limit, no new project can be created. Complete projects that have ended. CRM Suite Growth has no such limit.',
    });
  });

  it('shows no limits for an unknown Suite plan without reports, or a user plan', () => {
    const open = tenantWith(moduleLicense({ name: '?', description: 'CRM Suite Enterprise' }));
    expect(view({ tenant: open, user: userWith() }).limits).toEqual([]);
    const reported = { ...open, limits: { ...nothingReported, 'active-projects': use(3) } };
    expect(view({ tenant: reported, user: userWith() }).limits).toMatchObject([{ value: '3 of 100' }]);
    const limits = { ...nothingReported, 'active-projects': use(97) };
    expect(view({ tenant: { ...premium, limits }, user: salesman }).limits).toEqual([]);
  });
});

describe('feature filter', () => {
  const shown = (query: object) => {
    const page = view({ tenant: premium, user: salesman }, query);
    return { page, leaves: features(page).filter(({ children }) => children.length === 0) };
  };

  it('shows all features without a filter and with an invalid one', () => {
    for (const query of [{}, { show: 'nonsense', search: ['a', 'b'] }]) {
      const { page, leaves } = shown(query);
      expect([leaves.length, page.found, page.filter]).toEqual([70, '', { show: 'all', search: '' }]);
    }
  });

  it.each(['enabled', 'upgrade', 'view-only'])('shows only features in the state %s', (show) => {
    const { page, leaves } = shown({ show });
    expect(new Set(leaves.map(({ state }) => state))).toEqual(new Set([show]));
    expect(page.found).toBe(`Features shown: ${leaves.filter(isCountedHere).length}`);
  });

  it('shows what a search found in place of the solutions', () => {
    const { page } = shown({ search: ' SHAREPOINT ' });
    expect(page.results?.map(({ row }) => row.id)).toEqual(['C13']);
    expect([page.solutions, page.found]).toEqual([[], 'Features shown: 1']);
    expect(shown({}).page.results).toBeNull();
  });

  it('shows of what a search found only the states that the filter shows', () => {
    const ids = (query: object) => shown(query).page.results?.map(({ row }) => row.id);
    expect(ids({ search: 'forecast' })).toEqual(['SaE2', 'SaP2']);
    expect(ids({ search: 'quote', show: 'enabled' })).toContain('SaP9');
    expect(ids({ search: 'quote', show: 'upgrade' })).not.toContain('SaP9');
  });

  it('shows advice when no feature matches', () => {
    const { page } = shown({ search: 'no such thing' });
    expect([page.solutions, page.found]).toEqual([[], english.t('filter.notListed')]);
    expect(shown({ search: 'newsletter', show: 'enabled' }).page.found).toBe(english.t('filter.nothing'));
  });
});

describe('add-ons and newer features', () => {
  it('lists the four add-ons with state and reason and without an upgrade', () => {
    const { addOns } = view({ tenant: premium, user: salesman, language: german });
    expect(addOns.map(({ state }) => state)).toEqual(['enabled', 'enabled', 'enabled', 'add-on']);
    expect(addOns.at(-1)).toEqual({
      id: 'calendar-synchronization',
      label: 'Kalendersynchronisierung',
      state: 'add-on',
      stateText: 'Nicht erworben',
      reason: german.t('reason.add-on-missing'),
      hint: '',
      crmLink: null,
    });
    const hints = addOns.filter(({ hint }) => hint !== '').map(({ id, hint }) => [id, hint]);
    expect(hints).toEqual([['ai', german.t('visibilityHint.ai-switched-on')]]);
    expect(view({ tenant: tenantWith(), user: userWith() }).addOns.map(({ hint }) => hint)).toEqual([
      '',
      '',
      '',
      '',
    ]);
  });

  it('tells how many newer features are enabled', () => {
    expect(view({ tenant: suiteCore, user: userWith() }).newerFeatures).toBe('8 of 25');
  });

  it('links an enabled add-on to its screen if the user may open it', () => {
    const linksFor = (isAdministrator: boolean) =>
      view({ tenant: premium, user: salesman, isAdministrator }).addOns.map(({ id, crmLink }) => [
        id,
        crmLink?.target,
      ]);
    const common = [
      ['expander-services', undefined],
      ['calendar-synchronization', undefined],
    ];
    expect(linksFor(false)).toEqual([['cep', 'chat.main'], ['ai', undefined], ...common]);
    expect(linksFor(true)).toEqual([['cep', 'chat.main'], ['ai', 'adminhugoai'], ...common]);
  });
});

describe('date of the license data', () => {
  const at = (hours: number, stale = false) => ({ readAt: readAt + hours * 3_600_000, stale, version: 1 });
  const dated = (tenantTimes: ReturnType<typeof at> | null, userTimes: ReturnType<typeof at> | null) => {
    const context = createContext({ tenant: premium, user: null, language: german });
    const { asOf, stale } = panelView(
      {
        ...context,
        tenantLicenses: tenantTimes && { ...tenantTimes, content: premium },
        userLicenses: userTimes && { ...userTimes, content: userWithPlan(premium, 'ten-sales') },
      },
      {},
    );
    return [asOf?.text, asOf?.iso, stale];
  };
  const ten = ['22.11.2026, 10:00 UTC', '2026-11-22T10:00:00.000Z'];

  it('shows the date of the older part, or of the only known part', () => {
    expect(dated(at(1), null)).toEqual(['22.11.2026, 11:00 UTC', '2026-11-22T11:00:00.000Z', false]);
    expect(dated(at(0), null)).toEqual([...ten, false]);
    expect(dated(at(0), at(1, true))).toEqual([...ten, true]);
    expect(dated(at(1), at(0))).toEqual([...ten, false]);
  });

  it('shows no date when SuperOffice refused both parts', () => {
    expect(dated(null, null)).toEqual([undefined, undefined, false]);
  });
});

describe('panel notices', () => {
  const noticesOn = (today: string, tenant: TenantLicenses | null = premium) =>
    view({ tenant, user: salesman, today }).notices;

  it.each([
    ['2027-03-01', 'Your company’s licence expires on 27 March 2027.'],
    [
      '2027-04-01',
      'Your company’s licence expired on 27 March 2027. SuperOffice CRM can be used until 8 April 2027.',
    ],
    [
      '2027-05-01',
      'Your company’s licence has expired. Its grace period ended on 8 April 2027; SuperOffice CRM is now read-only.',
    ],
  ])('shows the license expiry notice that applies on %s', (today, text) => {
    expect(noticesOn(today)).toEqual([text]);
  });

  it('shows no notice while the license is valid', () => {
    expect(noticesOn('2026-12-01')).toEqual([]);
  });

  it('shows a notice when the tenant licenses were refused, but not when only the user licenses were', () => {
    expect(noticesOn('2026-12-01', null)).toEqual([english.t('notice.tenantLicenseRefused')]);
    expect(view({ tenant: premium, user: null }).notices).toEqual([]);
  });

  it.each(['suspended', 'deleting', 'revoked'] as const)('says that a tenant is %s', (status) => {
    const context = createContext({ tenant: premium, user: salesman });
    const page = panelView({ ...context, tenant: { ...context.tenant, status } }, {});
    expect(page.notices).toEqual([english.t(`notice.${status}`)]);
  });
});

describe('other panel data', () => {
  it('names unknown modules and the company', () => {
    const user = userWith(
      grantedLicense({ name: 'brand-new' }),
      grantedLicense({ name: 'x', owner: 'ACME' }),
    );
    const page = view({ tenant: null, user });
    expect(page.unknownModules.split(', ').sort()).toEqual(['ACME.x', 'brand-new']);
    expect(page.companyName).toBe('Designteamet');
  });

  it('leaves no text missing and no placeholder unfilled, in any language', () => {
    const tenants = [premium, essential, suiteCore, null];
    const pages = languages.codes.flatMap((code) =>
      tenants.flatMap((tenant) => {
        const users = [userWithPlan(tenant ?? premium, 'ten-service'), userWith(), null];
        return users.map((user) => view({ tenant, user, language: languages.choose([code]) }));
      }),
    );
    expect(pages).toHaveLength(languages.codes.length * 12);
    for (const page of pages) {
      const text = JSON.stringify(page, null, 1);
      expect(text).not.toMatch(/\{\{|\}\}|undefined|NaN|Infinity|Invalid Date|returned an object/);
      expect(text).not.toMatch(
        /"(state|reason|planNote|notice|tier|solution|upgrade|panel|limit|filter|seat|crm)\.[\w.-]+"/,
      );
    }
  });
});

describe('age of what a page shows', () => {
  const hour = 60 * 60_000;
  const kept = (functionRightsReadAt: number) =>
    view({
      tenant: premium,
      user: { ...salesman, functionRights: [], functionRightsReadAt } as typeof salesman,
    });

  it('tells when the function rights were read if that is more than an hour before the licenses', () => {
    expect(kept(readAt - hour).rightsAsOf).toBeNull();
    expect(kept(readAt - hour - 1).rightsAsOf?.iso).toBe(new Date(readAt - hour - 1).toISOString());
    expect(view({ tenant: premium, user: salesman }).rightsAsOf).toBeNull();
  });

  it('says that the licenses of the user are still to be read if only the list of users tells the plan', () => {
    const noticesOf = (isFromList: boolean) =>
      view({ tenant: premium, user: salesman, isFromList }).notices.filter((notice) =>
        notice.startsWith('Planlens has not read your own licences yet'),
      );
    expect([noticesOf(true).length, noticesOf(false).length]).toEqual([1, 0]);
  });
});
