import { describe, expect, it } from 'vitest';
import type { ListedHolder } from '../../../../../src/snapshots/seat-holders.ts';
import { parseReclaimFilter } from '../../../../../src/web/admin/reclaim/reclaim-filter.ts';
import { findReclaimList } from '../../../../../src/web/admin/reclaim/reclaim-list.ts';
import { type ReclaimInput, reclaimView } from '../../../../../src/web/admin/reclaim/reclaim-view.ts';
import { createDescribePlan } from '../../../../../src/web/plan-text.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant } from '../../../licensing/fixtures/tenants.ts';
import { english } from '../../harness.ts';
import { addresses } from '../../panel/panel-contexts.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const daysAgo = (days: number) => new Date(now - days * 24 * 60 * 60_000);

function user(associateId: number, name: string, given: Partial<ListedHolder> = {}): ListedHolder {
  return {
    associateId,
    name,
    foldedName: name.toLowerCase(),
    userPlan: 'Sales Premium',
    retired: false,
    canLogIn: true,
    waitingForApproval: false,
    waitingSince: null,
    loginReported: true,
    lastLoginAt: daysAgo(1),
    listedSince: daysAgo(500),
    isKept: false,
    mark: null,
    ...given,
  };
}

const mark = { kind: 'keep', note: '', until: null, markedBy: 'Kari', markedAt: daysAgo(2) } as const;
const users = [
  user(1, 'Anna'),
  user(2, 'Bert', { retired: true }),
  user(3, 'Cora', { lastLoginAt: daysAgo(120), userPlan: 'Service Premium' }),
  user(4, 'Dora', { lastLoginAt: null }),
  user(5, 'Emil', { waitingForApproval: true, waitingSince: daysAgo(100) }),
  user(6, 'Fred', { canLogIn: false, isKept: true, mark }),
  user(7, '', { canLogIn: false, loginReported: false, lastLoginAt: null }),
];

function view(query: object = {}, given: Partial<ReclaimInput> & { readonly isSuite?: boolean } = {}) {
  const isSuite = given.isSuite ?? false;
  const plans = entitlementEngine(publishedTenant(isSuite ? 'suite-core' : 'premium'), '2026-11-29');
  const filter = parseReclaimFilter(query);
  const listed = given.users ?? users;
  const describePlan = createDescribePlan(plans, english);
  const facts = { now, isSuite, describe: describePlan, locale: english.locale };
  return reclaimView({
    users: listed,
    list: findReclaimList(listed, filter, facts),
    filter,
    refused: null,
    savedCount: 0,
    plans,
    contract: null,
    addresses,
    today: '2026-11-29',
    now,
    lang: 'en',
    language: english,
    ...given,
  });
}
const names = (page: ReturnType<typeof view>) => page.rows.map(({ name }) => name);

describe('the list of seats that could be reclaimed', () => {
  it('has each user with a reason and since when it holds', () => {
    expect(view().rows.map(({ name, reason, lastLogin }) => [name, reason, lastLogin])).toEqual([
      ['Bert', 'retired', '28\u00a0Nov\u00a02026'],
      ['Emil', 'waiting for approval since 21\u00a0Aug\u00a02026', '28\u00a0Nov\u00a02026'],
      ['User 7', 'cannot log in', 'not reported by SuperOffice'],
      ['Dora', 'never logged in, listed since 17\u00a0Jul\u00a02025', 'never'],
      ['Cora', 'no login since 1\u00a0Aug\u00a02026', '1\u00a0Aug\u00a02026'],
    ]);
  });

  it('counts the seats of each plan, whatever the filter shows', () => {
    const reclaimable = [
      { plan: 'Sales-Premium', cannotLogIn: '3', canLogIn: '1', count: '4' },
      { plan: 'Service-Premium', cannotLogIn: '0', canLogIn: '1', count: '1' },
    ];
    expect(view()).toMatchObject({ reclaimable, found: '5 seats could be reclaimed.' });
    expect(view({ reason: 'retired', plan: 'Sales-Premium' })).toMatchObject({ reclaimable });
  });

  it('tells users who cannot log in from those who only have not done so', () => {
    const cannot = '3 users cannot log in (retired, waiting for approval or not allowed to).';
    const can = '2 users can log in, but have not done so for 90 days or have never done so.';
    expect(view().byLogIn).toEqual([cannot, can]);
    expect(view({ reason: 'retired' }).byLogIn).toEqual([cannot, can]);
    expect(view({}, { users: users.slice(0, 2) }).byLogIn).toEqual([
      '1 user cannot log in (retired, waiting for approval or not allowed to).',
    ]);
    expect(view({}, { isSuite: true }).byLogIn).toEqual([can]);
    expect(view({}, { users: [] }).byLogIn).toEqual([]);
  });

  it('says from which day seats may be given back, or where to enter the contract', () => {
    expect(view()).toMatchObject({ reduction: '', contractUrl: '/admin/contract?lang=en' });
    const contract = { start: '2026-01-31', period: 'yearly' } as const;
    expect(view({}, { contract }).reduction).toContain('renews on 31 January 2027');
  });

  it('is filtered by reason and plan, and counts what each filter would show', () => {
    expect(names(view({ reason: 'retired' }))).toEqual(['Bert']);
    expect(names(view({ plan: 'Service-Premium' }))).toEqual(['Cora']);
    const reasons = view({ plan: 'Sales-Premium' }).filters[0]?.links;
    expect(reasons?.map(({ text, count }) => [text, count])).toEqual([
      ['All', '4'],
      ['Retired', '1'],
      ['Waiting for approval', '1'],
      ['Cannot log in', '1'],
      ['Never logged in', '1'],
    ]);
    expect(view({}, { users: [] }).filters).toEqual([]);
    // One value is no choice, unless it is chosen.
    const one = { users: users.slice(0, 2) };
    expect(view({}, one).filters).toEqual([]);
    expect(view({ reason: 'retired' }, one).filters.map(({ name }) => name)).toEqual(['reason']);
    expect(view().chosenFilters).toEqual([]);
    expect(view({ reason: 'retired', plan: 'Sales-Premium' }).chosenFilters).toEqual([
      'Retired',
      'Sales-Premium',
    ]);
  });

  it('leads to the message to SuperOffice, and formats the number of seats', () => {
    expect(view().messageUrl).toBe('/admin/contract?lang=en#message');
    const many = Array.from({ length: 1_234 }, (_, index) =>
      user(index + 1, `User ${index}`, { retired: true }),
    );
    expect(view({}, { users: many }).found).toBe('1,234 seats could be reclaimed.');
  });

  it('is ordered by each column, in both directions', () => {
    expect(names(view({ sort: 'name' }))).toEqual(['User 7', 'Bert', 'Cora', 'Dora', 'Emil']);
    expect(names(view({ sort: 'name', order: 'desc' }))[0]).toBe('Emil');
    expect(names(view({ sort: 'plan', order: 'desc' }))[0]).toBe('Cora');
    expect(names(view({ sort: 'last-login' }))).toEqual(['Dora', 'Cora', 'Bert', 'Emil', 'User 7']);
    const [name, , reason] = view().columns;
    expect(name).toMatchObject({ href: '/admin/seats/reclaim?lang=en&sort=name', sorted: '' });
    expect(reason).toEqual({
      text: 'Reason',
      href: '/admin/seats/reclaim?lang=en&order=desc',
      sorted: 'ascending',
    });
  });

  it('starts with the surest reason, and within one with the longest time without a login', () => {
    expect(names(view())).toEqual(['Bert', 'Emil', 'User 7', 'Dora', 'Cora']);
    const early = user(9, 'Zoe', { retired: true, lastLoginAt: daysAgo(400) });
    expect(names(view({}, { users: [...users, early] })).slice(0, 2)).toEqual(['Zoe', 'Bert']);
  });

  it('says what takes a seat on CRM Suite, which has no user plans', () => {
    expect([view().model, view({}, { isSuite: true }).model]).toEqual(['user-plans', 'suite']);
  });

  it('offers to tick all users of the page if there are several', () => {
    expect(view().tickAll).toBe('Tick all 5 on this page');
    expect(view({ reason: 'retired' }).tickAll).toBe('');
  });

  it('lists 50 users on a page', () => {
    const many = Array.from({ length: 51 }, (_, index) =>
      user(index + 1, `User ${index}`, { retired: true }),
    );
    expect(view({}, { users: many }).rows).toHaveLength(50);
    const second = view({ page: 2, days: 60 }, { users: many });
    expect(second.rows).toHaveLength(1);
    expect(second.pager).toMatchObject({ previous: '?lang=en&days=60&page=1', next: '' });
    expect(second.hidden).toEqual([{ name: 'lang', value: 'en' }]);
  });

  it('shows whose seats are kept, without a download', () => {
    const page = view({ show: 'kept' });
    expect(page.kept).toMatchObject([{ name: 'Fred', mark: { text: 'Keep' } }]);
    expect(page).toMatchObject({ rows: [], filters: [], downloads: [] });
  });

  it('says what is not known', () => {
    expect(view().notes).toEqual([]);
    expect(view({}, { users: [] }).notes).toEqual([expect.stringContaining('No users are known yet')]);
    const listed = users.map((each) => ({ ...each, loginReported: false, listedSince: daysAgo(3) }));
    expect(view({}, { users: listed }).notes).toEqual([
      expect.stringContaining('does not report logins'),
      expect.stringContaining('since 26\u00a0Nov\u00a02026'),
    ]);
  });

  it('keeps what was ticked in a rejected form, on other pages too', () => {
    const refused = {
      intent: 'unmark' as const,
      id: [2, 6, 99],
      validationError: 'not-sent' as const,
    };
    const page = view({}, { refused });
    expect(page.rows.filter(({ isTicked }) => isTicked).map(({ name }) => name)).toEqual(['Bert']);
    expect(page.others.map(({ name }) => name)).toEqual(['Fred']);
  });

  it('has only users who can log in on CRM Suite, and no warning about Service', () => {
    const page = view({}, { isSuite: true });
    expect(names(page)).toEqual(['Dora', 'Cora']);
    expect(page.serviceWarning).toBe('');
    expect(view().serviceWarning).not.toBe('');
  });

  it('ignores parameters that are none', () => {
    const usual = parseReclaimFilter({});
    for (const query of [{ days: '29' }, { days: 'x' }, { reason: 'lazy' }, { sort: 'x', page: '0' }])
      expect(parseReclaimFilter(query)).toEqual(usual);
    expect(usual.days).toBe(90);
  });
});
