import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdvisoryLocks, createAdvisoryLocks } from '../../src/coordination/advisory-locks.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { openDatabaseSession } from '../../src/database/database-session.ts';
import type { AppError } from '../../src/errors.ts';
import type { TenantLicenses, UserLicenses } from '../../src/licensing/licenses/license-data.ts';
import { diffLicenses } from '../../src/licensing/licenses/license-diff.ts';
import {
  createLicenseSnapshots,
  type LicenseSnapshots,
  licenseCachePolicy,
} from '../../src/snapshots/license-snapshots.ts';
import { createSnapshotStore } from '../../src/snapshots/snapshot-store.ts';
import { createUserStore } from '../../src/snapshots/user-store.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { createTenantStore, type TenantStore } from '../../src/tenants/tenant-store.ts';
import { migratedDatabase, runQuery } from '../support/database.ts';
import { getTenant } from '../support/get-tenant.ts';
import { newKeyring } from '../support/keyrings.ts';
import { isLongForm } from '../support/long-form.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';

const floodSeconds = isLongForm ? 12 : 2;
const coldUsersPerSecond = 300;
const networkDelayMs = 1;

const tenantLicenses: TenantLicenses = {
  companyName: 'Designteamet',
  serialNumber: '1010000014',
  expiryDate: '2027-03-27',
  adminWarningDate: null,
  graceDate: null,
  modules: [],
  complete: true,
};
const userLicenses = (associateId: number): UserLicenses => ({
  associateId,
  granted: [],
  complete: true,
  functionRights: null,
});

/** The server is shared with other tests. */
const inDatabase = `from pg_locks join pg_database on pg_database.oid = pg_locks.database
                    where locktype = 'advisory' and datname = current_database()`;

/** What one process has: a pool, its locks and its caches. */
interface TestProcess {
  readonly db: Database;
  readonly locks: AdvisoryLocks;
  readonly licenses: LicenseSnapshots;
  readonly tenants: TenantStore;
}

describe('locks under attack', () => {
  const secrets = createSecretBox(newKeyring());
  let url: string;
  let started: TestProcess[];

  beforeAll(async () => {
    url = await migratedDatabase();
  });
  beforeEach(() => {
    started = [];
  });
  afterEach(async () => {
    for (const { db, locks } of started) await Promise.all([locks.close(), db.destroy()]);
  });

  async function startProcess(databaseUrl: string): Promise<TestProcess> {
    const db = await openDatabase(databaseUrl, () => {});
    const locks = createAdvisoryLocks({
      openSession: () => openDatabaseSession(databaseUrl, () => {}),
      now: Date.now,
    });
    const licenses = createLicenseSnapshots({
      store: createSnapshotStore(db),
      source: {
        tenantLicenses: async () => tenantLicenses,
        userLicenses: async (_tenant, associateId) => userLicenses(associateId),
      },
      diff: diffLicenses,
      locks: locks.withLock,
      policy: licenseCachePolicy,
      maxBytes: { tenants: 2 ** 24, users: 2 ** 24 },
      now: Date.now,
      onLookup: () => {},
      onFailed: () => {},
    });
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    started.push({ db, locks, licenses, tenants });
    return { db, locks, licenses, tenants };
  }

  const install = ({ tenants }: TestProcess): Promise<Tenant> =>
    tenants.saveConsent({
      tenantId: 'Cust1',
      companyName: 'Designteamet',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
  const advisoryLocks = () => runQuery(url, `select objid ${inDatabase}`);
  const killLockHolders = () => runQuery(url, `select pg_terminate_backend(pid) ${inDatabase}`);

  it('leaves no lock behind and answers when users arrive that no cache knows', async () => {
    const proxy = await startSlowProxy(url, networkDelayMs);
    const { tenants, licenses } = await startProcess(proxy.url);
    const tenant = await install({ tenants } as TestProcess);
    const lookups: Promise<AppError | null>[] = [];
    for (let second = 0; second < floodSeconds * 10; second += 1) {
      for (let user = 0; user < coldUsersPerSecond / 10; user += 1) {
        const lookup = licenses.getUserLicenses(tenant, lookups.length + 1);
        lookups.push(
          lookup.then(
            () => null,
            (error: AppError) => error,
          ),
        );
      }
      await sleep(100);
    }
    // A machine with other work refuses some of them. They succeed afterwards, so none holds a connection.
    for (const [index, error] of (await Promise.all(lookups)).entries()) {
      if (error === null) continue;
      expect(error.code).toBe('database-unavailable');
      const askAgain = () => licenses.getUserLicenses(tenant, index + 1).then(() => 'answered', String);
      await expect.poll(askAgain).toBe('answered');
    }
    expect(await advisoryLocks()).toEqual([]);
    await proxy.close();
  });

  it('does not let a task write whose lock another process has taken over', async () => {
    const first = await startProcess(url);
    const second = await startProcess(url);
    await install(first);
    const events: string[] = [];
    const firstTask = first.locks.withLock('tenant Cust1', async (lock) => {
      await killLockHolders();
      await second.locks.withLock('tenant Cust1', async (otherLock) => {
        await second.tenants.saveProvisioned('Cust1', 'second', otherLock);
        events.push('second ended well');
      });
      await first.tenants.saveProvisioned('Cust1', 'first', lock);
      events.push('first ended well');
    });
    await expect(firstTask).rejects.toMatchObject({ code: 'database-unavailable' });
    expect(events).toEqual(['second ended well']);
    expect((await first.tenants.find('Cust1'))?.provisionedFingerprint).toBe('second');
  });

  it('does not let a task remove a tenant or replace its users after the lock is lost', async () => {
    const holder = await startProcess(url);
    await install(holder);
    const users = createUserStore({ db: holder.db });
    const tenant = await getTenant(holder.tenants, 'Cust1');
    const lost = holder.locks.withLock('tenant Cust1', async (lock) => {
      await killLockHolders();
      const writes = [
        holder.tenants.purge(tenant, 1, lock),
        holder.tenants.savePanels('Cust1', [], lock),
        users.replace(
          'Cust1',
          [{ associateId: 7, name: 'Markus', userPlan: '', canLogIn: true, retired: false }],
          [],
          { readAt: Date.now(), isComplete: true },
          lock,
        ),
      ];
      return (await Promise.allSettled(writes)).map(({ status }) => status);
    });
    expect(await lost).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await holder.tenants.find('Cust1')).not.toBeNull();
    expect(await users.listByTenant('Cust1')).toEqual([]);
  });

  it('keeps the newer licenses when an older read is saved last', async () => {
    const { db, tenants } = await startProcess(url);
    await install({ tenants } as TestProcess);
    const store = createSnapshotStore(db);
    await db.deleteFrom('license_snapshots').execute();
    const readAt = Date.now() - 60_000;
    const user = { associateId: 7, knownBy: 'sign-in' } as const;
    await store.saveUser('Cust1', { content: 'newer', readAt }, user);
    await store.saveUser('Cust1', { content: 'older', readAt: readAt - 1 }, user);
    expect((await store.latest('Cust1', 7))?.content).toBe('newer');

    const change = {
      kind: 'added',
      module: { owner: '', name: 'saint', description: '' },
      purchased: 1,
    } as const;
    const first = { content: {}, readAt };
    await store.saveTenant('Cust1', first, null, []);
    await store.saveTenant('Cust1', { content: {}, readAt: readAt + 2 }, first, [change]);
    await store.saveTenant('Cust1', { content: {}, readAt: readAt + 3 }, first, [change]);
    expect(await db.selectFrom('license_changes').selectAll().execute()).toHaveLength(1);
  });
});
