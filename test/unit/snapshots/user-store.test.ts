import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createLicenseHistory } from '../../../src/snapshots/license-history.ts';
import { createUserStore, type TenantUser } from '../../../src/snapshots/user-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { createUserDataStore } from '../../../src/tenants/user-data.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { uncontendedLock } from '../../support/locks.ts';

const [monday, tuesday, wednesday] = [16, 17, 18].map((day) => Date.UTC(2026, 10, day, 10)) as [
  number,
  number,
  number,
];
const user = (associateId: number, userPlan: string, more: Partial<TenantUser> = {}): TenantUser => {
  return { associateId, name: `User ${associateId}`, userPlan, canLogIn: true, retired: false, ...more };
};

describe('user store', () => {
  let db: Database;
  const users = () => createUserStore({ db });
  beforeAll(async () => {
    db = await freshDatabase();
  });
  afterAll(() => db.destroy());
  beforeEach(async () => {
    await db.deleteFrom('tenants').execute();
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    await tenants.saveConsent({
      tenantId: 'Cust1',
      companyName: '',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
  });

  const list = (readAt: number, ...listed: TenantUser[]) =>
    users().replace('Cust1', listed, [], { readAt, isComplete: true }, uncontendedLock(db));
  const rows = () => db.selectFrom('tenant_users').selectAll().orderBy('associate_id').execute();
  const periods = async () =>
    (await db.selectFrom('user_plan_periods').selectAll().orderBy('id').execute()).map(
      ({ associate_id, user_plan, began_at, ended_at }) => [
        associate_id,
        user_plan,
        began_at.getTime(),
        ended_at?.getTime() ?? null,
      ],
    );

  it('does not know since when a user on the first list has the plan', async () => {
    await list(monday, user(1, 'A'));
    expect(await rows()).toMatchObject([{ listed_since: new Date(monday), plan_since: null }]);
    expect(await periods()).toEqual([[1, 'A', monday, null]]);
  });

  it('keeps when it first had a user and the plan, and dates a new user and a new plan', async () => {
    await list(monday, user(1, 'A'), user(2, 'A'));
    await list(tuesday, user(1, 'A', { name: 'Renamed', canLogIn: false }), user(2, 'B'), user(3, 'A'));
    await list(wednesday, user(1, 'A', { name: 'Renamed', canLogIn: false }), user(2, 'B'), user(3, 'A'));
    expect(await rows()).toMatchObject([
      { name: 'Renamed', can_log_in: false, listed_since: new Date(monday), plan_since: null },
      { listed_since: new Date(monday), plan_since: new Date(tuesday) },
      { listed_since: new Date(tuesday), plan_since: new Date(tuesday) },
    ]);
    expect(await periods()).toEqual([
      [1, 'A', monday, null],
      [2, 'A', monday, tuesday],
      [2, 'B', tuesday, null],
      [3, 'A', tuesday, null],
    ]);
  });

  describe('of a user whom an administrator erased', () => {
    const erase = (associateId: number) =>
      createUserDataStore({ db, now: () => tuesday }).erase(
        { tenantId: 'Cust1', associateId },
        { tenantId: 'Cust1', associateId: 1 },
      );
    const changes = () => createLicenseHistory({ db }).latest('Cust1', 9);
    beforeEach(() => db.deleteFrom('audit_log').execute());

    it('lists the user as on a first list: without a change, and with a plan since an unknown time', async () => {
      await list(monday, user(1, 'A'), user(2, 'A'), user(3, 'B', { retired: true }));
      await erase(2);
      await erase(3);
      expect(await users().listErased('Cust1')).toEqual(new Set([2, 3]));
      expect(await users().listErased('Cust2')).toEqual(new Set());
      const relisted = [user(1, 'A'), user(2, 'A'), user(3, 'B', { retired: true }), user(4, 'A')];
      await list(wednesday, ...relisted);
      expect(await users().listErased('Cust1')).toEqual(new Set());
      expect(await rows()).toMatchObject([
        { associate_id: 1, listed_since: new Date(monday), plan_since: null },
        { associate_id: 2, listed_since: new Date(wednesday), plan_since: null },
        { associate_id: 3, listed_since: new Date(wednesday), plan_since: null },
        { associate_id: 4, listed_since: new Date(wednesday), plan_since: new Date(wednesday) },
      ]);
      expect(await periods()).toEqual([
        [1, 'A', monday, null],
        [2, 'A', wednesday, null],
        [3, 'B', wednesday, null],
        [4, 'A', wednesday, null],
      ]);
    });

    it('does not record the earlier plan when the user is erased while a list is compared', async () => {
      await list(monday, user(1, 'A'), user(2, 'A'));
      const change = { kind: 'user-plan', from: 'A', to: 'B' } as const;
      const found = [1, 2].map((associateId) => ({ associateId, change }));
      await erase(2);
      const read = { readAt: wednesday, isComplete: true };
      await users().replace('Cust1', [user(1, 'B'), user(2, 'B')], found, read, uncontendedLock(db));
      expect(await changes()).toMatchObject([{ user: { associateId: 1 }, change }]);
    });
  });

  it('renews the statistics of the table after a long first list', async () => {
    const expected = async () => {
      const { rows } = await sql<{ count: number }>`
        select reltuples::integer as count from pg_class where oid = 'tenant_users'::regclass`.execute(db);
      return rows[0]?.count;
    };
    await list(monday, ...Array.from({ length: 1_000 }, (_each, index) => user(index + 1, 'A')));
    expect(await expected()).toBe(1_000);
  });

  it('does not rewrite rows that are unchanged', async () => {
    const versions = async () => {
      const version = db.dynamic.ref<'xmin'>('xmin');
      return db.selectFrom('tenant_users').select(version).execute();
    };
    await list(monday, user(1, 'A'), user(2, 'B', { canLogIn: null }));
    const before = await versions();
    await list(tuesday, user(1, 'A'), user(2, 'B', { canLogIn: null }));
    expect(await versions()).toEqual(before);
  });

  it('saves logins of listed users only, keeps them when the list is replaced, and forgets them', async () => {
    const login = { loginReported: true, waitingForApproval: false };
    await list(monday, user(1, 'A'), user(2, 'A'));
    const logins = [
      { associateId: 1, ...login, lastLoginAt: monday },
      { associateId: 2, ...login, lastLoginAt: null },
      { associateId: 9, ...login, lastLoginAt: monday },
    ];
    await users().saveLogins('Cust1', logins, monday);
    await list(tuesday, user(1, 'B'), user(2, 'A'));
    expect(await rows()).toMatchObject([
      { login_reported: true, last_login_at: new Date(monday), waiting_for_approval: false },
      { login_reported: true, last_login_at: null, waiting_for_approval: false },
    ]);
    await users().saveLogins('Cust1', null, tuesday);
    expect(await rows()).toMatchObject([
      { login_reported: false, last_login_at: null, waiting_for_approval: null },
      { login_reported: false, last_login_at: null, waiting_for_approval: null },
    ]);
  });

  it('keeps since when a user waits for approval, until the user is approved', async () => {
    const login = { associateId: 1, loginReported: true };
    const save = (waitingForApproval: boolean | null, readAt: number) =>
      users().saveLogins('Cust1', [{ ...login, waitingForApproval, lastLoginAt: readAt }], readAt);
    const waitingSince = async () => (await rows())[0]?.waiting_since;
    await list(monday, user(1, 'A'));
    await save(true, monday);
    await save(true, tuesday);
    expect(await waitingSince()).toEqual(new Date(monday));
    await save(false, tuesday);
    expect(await waitingSince()).toBeNull();
    // A process of the version before recorded the user.
    await db.updateTable('tenant_users').set({ waiting_for_approval: true }).execute();
    await save(true, tuesday);
    expect(await waitingSince()).toEqual(new Date(tuesday));
    await save(null, tuesday);
    expect(await waitingSince()).toBeNull();
    await save(true, tuesday);
    await users().saveLogins('Cust1', null, tuesday);
    expect(await waitingSince()).toBeNull();
  });

  it('accepts rows of the version before, which knows nothing of the new columns', async () => {
    await db
      .insertInto('tenant_users')
      .values({ context_identifier: 'Cust1', associate_id: 1, name: 'Old', user_plan: 'A' })
      .execute();
    await list(tuesday, user(1, 'A'));
    expect(await rows()).toMatchObject([{ retired: false, can_log_in: true, plan_since: null }]);
    expect(await periods()).toEqual([[1, 'A', tuesday, null]]);
    expect(await users().highestId('Cust1')).toBe(1);
  });
});
