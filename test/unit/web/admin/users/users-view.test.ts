import { describe, expect, it } from 'vitest';
import type { DirectoryUser, UserGroup } from '../../../../../src/snapshots/user-directory.ts';
import { createFindMissing, orderByMissing } from '../../../../../src/web/admin/users/missing-features.ts';
import { findPlanOnDay } from '../../../../../src/web/admin/users/plan-on-day.ts';
import {
  filterParameters,
  isShown,
  parseUserFilter,
  sortBy,
  toDirectoryQuery,
} from '../../../../../src/web/admin/users/user-filter.ts';
import { userSheetColumns } from '../../../../../src/web/admin/users/user-sheet.ts';
import { usersView } from '../../../../../src/web/admin/users/users-view.ts';
import { createDescribePlan } from '../../../../../src/web/plan-text.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant } from '../../../licensing/fixtures/tenants.ts';
import { english, german } from '../../harness.ts';

const describePlan = createDescribePlan(entitlementEngine(publishedTenant('premium'), '2026-11-26'), english);
const findMissing = createFindMissing(entitlementEngine(publishedTenant('premium'), '2026-11-26'));
const group = (userPlan: string, count: number, more: Partial<UserGroup> = {}): UserGroup => {
  return { userPlan, state: 'can-log-in', hasRequests: false, count, ...more };
};
const groups = [
  group('Sales Premium', 40),
  group('Sales-Premium', 2),
  group('SalesPremiumServicePremium', 10, { state: 'retired' }),
  group('(No Selection)', 5, { state: 'cannot-log-in' }),
  group('Field Light', 3, { hasRequests: true }),
];
const user: DirectoryUser = {
  associateId: 7,
  name: 'Åsa Öberg',
  userPlan: 'SalesPremiumServicePremium',
  state: 'can-log-in',
  loginReported: true,
  lastLoginAt: new Date('2026-11-26T23:30:00Z'),
  listedSince: new Date('2026-10-01T10:00:00Z'),
  planSince: null,
  openRequests: 2,
};
const view = (query: object = {}, users: readonly DirectoryUser[] = [user], language = english) =>
  usersView({
    groups,
    users,
    filter: parseUserFilter(query),
    describe: describePlan,
    findMissing,
    isRead: true,
    lang: 'en',
    language,
  });
const links = (name: string, query: object = {}) =>
  view(query)
    .filters.find((each) => each.name === name)
    ?.links.map(({ text, count, isChosen }) => `${isChosen ? '*' : ''}${text} ${count}`);

describe('createDescribePlan', () => {
  it.each([
    ['', 'none', 'no plan'],
    ['(No Selection)', 'none', 'no plan'],
    ['SalesPremiumServicePremium', 'known', 'Sales-Premium + Service-Premium'],
    ['Sales Essentials', 'known', 'Sales-Essentials'],
    ['Core', 'unknown', 'Core'],
    ['Field Light', 'unknown', 'Field Light'],
  ])('describes %j as %s', (text, kind, name) => {
    expect(describePlan(text)).toMatchObject({ kind, name });
  });

  it('knows the names of CRM Suite plans only in a tenant that has them', () => {
    const suite = entitlementEngine(publishedTenant('suite-core'), '2026-11-26');
    for (const text of ['Core', 'CRM Suite Core', 'core'])
      expect(createDescribePlan(suite, english)(text)).toEqual({
        kind: 'known',
        key: 'core',
        name: 'CRM Suite Core',
        tiers: null,
      });
  });
});

describe('usersView', () => {
  it('describes a user by plan, tiers, days, access requests and missing features', () => {
    expect(view().rows).toEqual([
      {
        name: 'Åsa Öberg',
        href: '/admin/users/7?lang=en',
        plan: 'Sales-Premium + Service-Premium',
        isPlanUnknown: false,
        tiers: [
          { solution: 'Sales', tier: 'Premium' },
          { solution: 'Service', tier: 'Premium' },
          { solution: 'Marketing', tier: '' },
        ],
        state: 'can log in',
        isStateNotable: false,
        lastLogin: '26\u00a0Nov\u00a02026',
        planSince: 'before 1\u00a0Oct\u00a02026',
        openRequests: '2',
        missing: '11',
      },
    ]);
  });

  it('does not guess what SuperOffice does not report', () => {
    const unknown = {
      ...user,
      associateId: 8,
      name: '',
      userPlan: 'Field Light',
      state: 'unknown' as const,
      loginReported: false,
      lastLoginAt: null,
      openRequests: 0,
    };
    const [row, never] = view({}, [unknown, { ...unknown, loginReported: true }]).rows;
    expect(row).toMatchObject({
      name: 'User 8',
      plan: 'Field Light',
      isPlanUnknown: true,
      state: 'not reported',
      lastLogin: 'not reported by SuperOffice',
      openRequests: '',
      missing: '',
    });
    expect(never?.lastLogin).toBe('never');
  });

  it('counts for each filter what the others leave', () => {
    expect(links('plan')).toEqual([
      '*All 60',
      'Field Light 3',
      'Sales-Premium 42',
      'Sales-Premium + Service-Premium 10',
      'no plan 5',
      'Unknown plan 3',
    ]);
    expect(links('solution')).toEqual(['*All 60', 'Sales 52', 'Service 10']);
    expect(links('plan', { state: 'retired', plan: 'Field Light' })).toEqual([
      'All 10',
      '*Field Light 0',
      'Sales-Premium + Service-Premium 10',
    ]);
    expect(links('plan', { state: 'retired' })).toBeUndefined();
    expect(links('state', { plan: 'Sales-Premium', state: 'retired' })).toEqual([
      'All 42',
      'can log in 42',
      '*retired 0',
    ]);
    expect(links('requests')).toEqual(['*All 60', `${english.t('admin.users.withRequests')} 3`]);
  });

  it('leads from a filter to its first page and keeps order and search', () => {
    const { filters, columns, downloads } = view({ search: 'berg', sort: 'plan', order: 'desc', page: '3' });
    const chosen = filters[0]?.links.find(({ text }) => text === 'Sales-Premium');
    expect(chosen?.href).toBe('/admin/users?lang=en&search=berg&plan=Sales-Premium&sort=plan&order=desc');
    expect(columns.find(({ name }) => name === 'plan')).toMatchObject({
      sorted: 'descending',
      href: '/admin/users?lang=en&search=berg&sort=plan',
    });
    // Numbers begin with the highest.
    expect(columns.find(({ name }) => name === 'missing')?.href).toBe(
      '/admin/users?lang=en&search=berg&sort=missing&order=desc',
    );
    expect(downloads.map(({ href }) => href)).toEqual([
      '/admin/users.csv?lang=en&search=berg&sort=plan&order=desc',
      '/admin/users.xlsx?lang=en&search=berg&sort=plan&order=desc',
    ]);
  });

  it('has no columns of plan contents on CRM Suite, where all have the same plan', () => {
    const onSuite = usersView({
      groups,
      users: [user],
      filter: parseUserFilter({}),
      describe: describePlan,
      findMissing: null,
      isRead: true,
      lang: 'en',
      language: english,
    });
    const names = onSuite.columns.map(({ name }) => name);
    expect(names).toEqual(['name', 'plan', 'state', 'last-login', 'plan-since', 'requests']);
    expect(onSuite.rows[0]).toMatchObject({ tiers: [], missing: '' });
    expect(userSheetColumns(describePlan, null, english)).toHaveLength(8);
  });

  it('names the page and leads to the ones beside it', () => {
    expect(view().pager).toMatchObject({
      text: 'Page 1 of 2',
      previous: '',
      next: '/admin/users?lang=en&page=2',
    });
    expect(view({ page: '2' }).pager).toMatchObject({ previous: '/admin/users?lang=en', next: '' });
    expect(view({ page: '9' }, []).pager).toMatchObject({ previous: '/admin/users?lang=en&page=2' });
    expect(view({ plan: 'Field Light' }).pager).toBeNull();
  });

  it('says why the list is empty', () => {
    expect(view({}, []).empty).toBe('filtered');
    expect(view().empty).toBe('');
    const unread = usersView({
      groups: [],
      users: [],
      filter: parseUserFilter({}),
      describe: describePlan,
      findMissing,
      isRead: false,
      lang: '',
      language: german,
    });
    expect(unread).toMatchObject({ empty: 'unread', found: 'Benutzer: 0', filters: [] });
  });
});

describe('user filter', () => {
  it('ignores what is no value of it', () => {
    const odd = {
      plan: ['a'],
      solution: 'x',
      state: 5,
      sort: 'y',
      order: 'up',
      page: '-1',
      search: ' berg ',
    };
    expect(filterParameters(parseUserFilter(odd))).toEqual({ search: 'berg' });
    expect(parseUserFilter({ search: 'x'.repeat(101) }).search).toBe('');
  });

  it('begins with the highest number and the latest day, and reverses the order of the same column', () => {
    const filter = parseUserFilter({ page: '4' });
    expect(sortBy(filter, 'requests')).toMatchObject({ sort: 'requests', order: 'desc', page: 1 });
    expect(sortBy(filter, 'name')).toMatchObject({ sort: 'name', order: 'desc' });
    expect(sortBy(sortBy(filter, 'plan'), 'plan')).toMatchObject({ sort: 'plan', order: 'desc' });
  });

  it('selects the same users in the database and in the counts', () => {
    const texts = groups.map(({ userPlan }) => userPlan);
    for (const query of [
      { plan: 'Sales-Premium' },
      { plan: '-none' },
      { plan: '-unknown' },
      { solution: 'service' },
      { solution: 'sales', state: 'retired' },
      { requests: 'open' },
    ]) {
      const filter = parseUserFilter(query);
      const { plans, state, withRequests } = toDirectoryQuery(filter, texts, describePlan);
      const inDatabase = groups.filter(
        (each) =>
          (plans === null || plans.includes(each.userPlan)) &&
          (state === null || each.state === state) &&
          (!withRequests || each.hasRequests),
      );
      expect(inDatabase.length).toBeGreaterThan(0);
      expect(groups.filter((each) => isShown(each, filter, describePlan))).toEqual(inDatabase);
    }
  });
});

describe('findPlanOnDay', () => {
  const at = (text: string) => new Date(`${text}Z`);
  const periods = [
    { userPlan: 'C', beganAt: at('2026-11-20T15:00:00'), endedAt: null },
    { userPlan: 'B', beganAt: at('2026-11-20T09:00:00'), endedAt: at('2026-11-20T15:00:00') },
    { userPlan: 'A', beganAt: at('2026-11-01T23:59:00'), endedAt: at('2026-11-20T09:00:00') },
  ];

  it.each([
    ['2026-10-31', null],
    ['2026-11-01', 'A'],
    ['2026-11-19', 'A'],
    ['2026-11-20', 'C'],
    ['2026-12-24', 'C'],
    ['2026-02-30', null],
    ['x', null],
    ['', null],
  ])('on %s is %s', (day, userPlan) => {
    expect(findPlanOnDay(day, periods)).toEqual(userPlan === null ? null : { day, userPlan });
  });
});

describe('missing features', () => {
  it('depend on the plan alone, are none for all three Premium plans, and are not known for an unknown plan', () => {
    expect(findMissing('Sales Premium')).toContain('knowledge-base');
    expect(findMissing('Sales Premium')).not.toContain('quote-management');
    expect(findMissing('SalesPremiumServicePremiumMarketingPremium')).toEqual([]);
    expect(findMissing('Field Light')).toBeNull();
    const [few, many] = ['SalesPremiumServicePremium', 'Sales Premium'];
    expect(orderByMissing([many, 'Field Light', few, '(No Selection)'], findMissing)).toEqual([
      few,
      many,
      '(No Selection)',
    ]);
  });

  it('are in the files by number and by name', () => {
    const columns = userSheetColumns(describePlan, findMissing, english).slice(-2);
    expect(columns.map(({ header }) => header)).toEqual(['Features missing', 'Names of missing features']);
    const [count, names] = columns.map(({ value }) => value({ ...user, userPlan: 'Sales Premium' }));
    expect(String(names).split('; ')).toHaveLength(Number(count));
    expect(names).toContain('Knowledge base');
    expect(columns.map(({ value }) => value({ ...user, userPlan: 'Field Light' }))).toEqual([null, '']);
  });
});
