import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { foldTypedWords } from '../../../src/licensing/catalogue/fold-text.ts';
import {
  createUserDirectory,
  type DirectoryQuery,
  type UserOrder,
  userFlags,
  userOrders,
} from '../../../src/snapshots/user-directory.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const november = (day: number) => new Date(Date.UTC(2026, 10, day, 10));
const everyone: DirectoryQuery = {
  words: [],
  plans: null,
  state: null,
  withRequests: false,
  orderBy: 'name',
  descending: false,
  planOrder: ['A', 'B', ''],
};

describe('user directory', () => {
  let db: Database;
  const directory = () => createUserDirectory({ db, now: () => november(20).getTime() });
  const users = [
    { associate_id: 1, name: 'Åsa Öberg', user_plan: 'B', can_log_in: true, plan_since: november(3) },
    { associate_id: 2, name: 'Jürgen Müller', user_plan: 'A', can_log_in: false, plan_since: null },
    { associate_id: 3, name: 'Søren Kjær', user_plan: '', can_log_in: null, plan_since: november(1) },
    {
      associate_id: 4,
      name: "Anne-Marie O'Neill",
      user_plan: 'A',
      can_log_in: false,
      waiting_for_approval: true,
      plan_since: november(2),
    },
    { associate_id: 5, name: 'ÞÓRA Weiß', user_plan: 'A', can_log_in: true, retired: true, plan_since: null },
  ];
  const logins = [november(20), null, 'not reported', november(10), 'not reported'] as const;

  beforeAll(async () => {
    db = await freshDatabase();
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    for (const tenantId of ['Cust1', 'Cust2']) {
      await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
      const rows = users.map((user, index) => ({
        context_identifier: tenantId,
        ...user,
        login_reported: logins[index] !== 'not reported',
        last_login_at: logins[index] instanceof Date ? logins[index] : null,
      }));
      for (const row of rows) await db.insertInto('tenant_users').values(row).execute();
    }
    for (const subject of ['feature:a', 'feature:b'])
      await db
        .insertInto('access_requests')
        .values({
          context_identifier: 'Cust1',
          associate_id: 3,
          requested_by: '',
          subject,
          reason: '',
          requested_at: november(1),
        })
        .execute();
  });
  afterAll(() => db.destroy());

  /** Two marks in force, one that is over, and two pins; one user has both. */
  async function flagUsers(): Promise<void> {
    for (const [associateId, kind, until] of [
      [1, 'on-leave', '2026-11-20'],
      [2, 'keep', '2026-11-19'],
      [4, 'of a later version', null],
    ] as const)
      await db
        .insertInto('user_marks')
        .values({
          context_identifier: 'Cust1',
          associate_id: associateId,
          kind,
          until,
          note: '',
          marked_by_id: 1,
          marked_at: november(1),
        })
        .execute();
    for (const associateId of [1, 3])
      await db
        .insertInto('user_pins')
        .values({
          context_identifier: 'Cust1',
          associate_id: associateId,
          kind: 'exactly',
          plan: 's2v0m0',
          reason: '',
          pinned_by_id: 1,
          pinned_at: november(1),
        })
        .execute();
  }

  const list = async (query: Partial<DirectoryQuery>, page = { limit: 50, offset: 0 }) =>
    (await directory().list('Cust1', { ...everyone, ...query }, page)).map(({ associateId }) => associateId);

  it.each<[UserOrder, number[], number[]]>([
    ['name', [4, 1, 2, 3, 5], [5, 3, 2, 1, 4]],
    ['plan', [4, 2, 5, 1, 3], [3, 1, 4, 2, 5]],
    ['state', [1, 2, 4, 5, 3], [3, 5, 4, 2, 1]],
    ['last-login', [2, 4, 1, 3, 5], [1, 4, 2, 3, 5]],
    ['plan-since', [2, 5, 3, 4, 1], [1, 4, 3, 2, 5]],
    ['requests', [4, 1, 2, 5, 3], [3, 4, 1, 2, 5]],
  ])('orders by %s', async (orderBy, ascending, descending) => {
    expect(await list({ orderBy })).toEqual(ascending);
    expect(await list({ orderBy, descending: true })).toEqual(descending);
  });

  it('orders by the features that plans lack, users with a plan that is not known last', async () => {
    const planOrder = ['B', 'A'];
    const [ascending, descending] = await Promise.all(
      [false, true].map((isDescending) => list({ orderBy: 'missing', planOrder, descending: isDescending })),
    );
    expect([ascending, descending]).toEqual([
      [1, 4, 2, 5, 3],
      [4, 2, 5, 1, 3],
    ]);
  });

  it('reads the plans of several users of one tenant', async () => {
    expect(await directory().planTexts('Cust1', [1, 3, 99])).toEqual(
      new Map([
        [1, 'B'],
        [3, ''],
      ]),
    );
    expect(await directory().planTexts('Cust3', [1])).toEqual(new Map());
  });

  it('orders every list completely, so that pages neither repeat nor lose a user', async () => {
    for (const orderBy of userOrders) {
      const pages = await Promise.all(
        [0, 2, 4].map((offset) => list({ orderBy, planOrder: [] }, { limit: 2, offset })),
      );
      expect(pages.flat().toSorted()).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it.each([
    ['oberg', [1]],
    ['ÅSA öb', [1]],
    ['aasa', [1]],
    ['mueller', [2]],
    ['Müller jürg', [2]],
    ['soeren', [3]],
    ['kjaer', [3]],
    ['annemarie', [4]],
    ['Anne-Marie', [4]],
    ['oneill', [4]],
    ['þóra weiss', [5]],
    ['%', [4, 1, 2, 3, 5]],
    ['_', [4, 1, 2, 3, 5]],
    ['nobody', []],
  ])('finds %s', async (typed, found) => {
    expect(await list({ words: foldTypedWords(typed) })).toEqual(found);
  });

  it('folds every Latin letter as the words that are searched for', async () => {
    const letters = Array.from({ length: 0x180 - 0xc0 }, (_each, index) =>
      String.fromCodePoint(0xc0 + index),
    );
    const names = [...letters, ...'ȘșȚțẞ'].filter((letter) => /\p{L}/u.test(letter));
    await db
      .insertInto('tenant_users')
      .values(
        names.map((name, index) => {
          return { context_identifier: 'Cust2', associate_id: 100 + index, name: `x${name}x`, user_plan: '' };
        }),
      )
      .execute();
    const { rows } = await sql<{ name: string; folded: string }>`
      select name, folded_name as folded from tenant_users where associate_id >= 100`.execute(db);
    expect(rows).toHaveLength(names.length);
    expect(rows.filter(({ name, folded }) => folded !== foldTypedWords(name).join(' '))).toEqual([]);
  });

  it('filters by plan, state and open requests, and only within the tenant', async () => {
    expect(await list({ plans: ['A', ''] })).toEqual([4, 2, 3, 5]);
    expect(await list({ plans: [] })).toEqual([]);
    expect(await list({ state: 'cannot-log-in' })).toEqual([2]);
    expect(await list({ state: 'waiting' })).toEqual([4]);
    expect(await list({ state: 'retired' })).toEqual([5]);
    expect(await list({ state: 'unknown' })).toEqual([3]);
    expect(await list({ withRequests: true })).toEqual([3]);
    expect(
      await directory().list('Cust2', { ...everyone, withRequests: true }, { limit: 9, offset: 0 }),
    ).toEqual([]);
  });

  it('counts the users with a plan, a state and open requests', async () => {
    const groups = await directory().groups('Cust1', []);
    expect(groups.toSorted((one, other) => one.state.localeCompare(other.state))).toEqual([
      { userPlan: 'B', state: 'can-log-in', hasRequests: false, flags: [], count: 1 },
      { userPlan: 'A', state: 'cannot-log-in', hasRequests: false, flags: [], count: 1 },
      { userPlan: 'A', state: 'retired', hasRequests: false, flags: [], count: 1 },
      { userPlan: '', state: 'unknown', hasRequests: true, flags: [], count: 1 },
      { userPlan: 'A', state: 'waiting', hasRequests: false, flags: [], count: 1 },
    ]);
    expect(await directory().groups('Cust1', ['berg'])).toHaveLength(1);
  });

  it('finds and counts the users who are kept today or whose plans are pinned', async () => {
    await flagUsers();
    expect(await list({ flags: userFlags })).toEqual([4, 1, 3]);
    expect(await list({ flags: ['on-leave'] })).toEqual([1]);
    expect(await list({ flags: ['pinned'] })).toEqual([1, 3]);
    expect(await list({ flags: ['keep'] })).toEqual([4]);
    expect(await directory().find('Cust1', 1)).toMatchObject({ flags: ['on-leave', 'pinned'] });
    expect(await directory().find('Cust2', 1)).toMatchObject({ flags: [] });
    const flagged = (await directory().groups('Cust1', [])).filter(({ flags }) => flags.length > 0);
    expect(flagged.map(({ state, flags }) => `${state}: ${flags}`).toSorted()).toEqual([
      'can-log-in: on-leave,pinned',
      'unknown: pinned',
      'waiting: keep',
    ]);
  });

  it('finds one user of the tenant', async () => {
    expect(await directory().find('Cust1', 3)).toMatchObject({
      associateId: 3,
      name: 'Søren Kjær',
      state: 'unknown',
      loginReported: false,
      openRequests: 2,
    });
    expect(await directory().find('Cust1', 9)).toBeNull();
    expect(await directory().find('Cust9', 3)).toBeNull();
  });
});
