import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../src/coordination/keyed-mutex.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import type { TenantLicenses, UserLicenses } from '../../../src/licensing/licenses/license-data.ts';
import { diffLicenses } from '../../../src/licensing/licenses/license-diff.ts';
import {
  createLicenseSnapshots,
  type LicenseSnapshots,
  licenseCachePolicy,
} from '../../../src/snapshots/license-snapshots.ts';
import { createSnapshotStore, type UserKnownBy } from '../../../src/snapshots/snapshot-store.ts';
import { SuperOfficeError } from '../../../src/superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../../src/tenants/tenant.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { createUserDataStore } from '../../../src/tenants/user-data.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const tenantLicenses: TenantLicenses = {
  companyName: 'Designteamet',
  serialNumber: '1010000014',
  expiryDate: '2027-03-27',
  adminWarningDate: null,
  graceDate: null,
  modules: [],
  complete: true,
};
const granted = [
  {
    owner: 'SUPEROFFICE',
    name: 'sale-cal',
    scope: 'user',
    description: '',
    version: '11.11',
    expiryDate: '2027-03-27',
    extraFlags: 0,
    extraInfo: '',
  },
] as const;
const userLicenses: UserLicenses = { associateId: 7, granted, complete: true, functionRights: null };

/** What a sign-in of the user reports. */
const principal = (reported: Partial<UserLicenses> = {}) => ({
  name: 'Anna',
  licenses: { ...userLicenses, ...reported },
});

describe('createLicenseSnapshots', () => {
  let db: Database;
  let tenant: Tenant;
  let now: number;
  let failures: object[];
  let readUser: () => Promise<UserLicenses | null>;

  beforeAll(async () => {
    db = await freshDatabase();
    const tenants = createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: Date.now,
    });
    const consent = {
      tenantId: 'Cust1',
      companyName: 'Designteamet',
      serial: '1',
      systemToken: 't',
      associateId: 5,
    };
    await tenants.saveConsent(consent);
    const found = await tenants.find('Cust1');
    if (found === null) throw new Error('the tenant was not saved');
    tenant = found;
  });
  afterAll(() => db.destroy());
  beforeEach(async () => {
    await db.deleteFrom('license_snapshots').execute();
    now = Date.parse('2026-11-22T10:00:00Z');
    failures = [];
    readUser = async () => userLicenses;
  });

  /** Snapshots that return what was read once it is stored. */
  const create = (
    readTenant: () => Promise<TenantLicenses | null> = async () => tenantLicenses,
  ): LicenseSnapshots => {
    const licenses = createLicenseSnapshots({
      maxBytes: { tenants: 2 ** 20, users: 2 ** 20 },
      store: createSnapshotStore(db),
      diff: diffLicenses,
      locks: createKeyedMutex(),
      source: { tenantLicenses: readTenant, userLicenses: () => readUser() },
      policy: licenseCachePolicy,
      now: () => now,
      onLookup: () => {},
      onFailed: (failure) => failures.push(failure),
    });
    const whenStored = async <T>(reading: Promise<T>): Promise<T> => {
      const read = await reading;
      await licenses.flush();
      return read;
    };
    return {
      ...licenses,
      getTenantLicenses: (...args) => whenStored(licenses.getTenantLicenses(...args)),
      getUserLicenses: (...args) => whenStored(licenses.getUserLicenses(...args)),
    };
  };

  it('persists tenant and user data so that a new process starts from them', async () => {
    const first = create();
    expect((await first.getTenantLicenses(tenant))?.content).toEqual(tenantLicenses);
    expect((await first.getUserLicenses(tenant, 7))?.content).toEqual(userLicenses);

    readUser = () => Promise.reject(new Error('must not be read'));
    const second = create(() => Promise.reject(new Error('must not be read')));
    expect(await second.getTenantLicenses(tenant)).toEqual({
      content: tenantLicenses,
      readAt: now,
      stale: false,
      version: expect.any(Number),
    });
    expect((await second.getUserLicenses(tenant, 7))?.content).toEqual(userLicenses);
    expect(failures).toEqual([]);
  });

  it('returns stale data with its date while SuperOffice is unavailable', async () => {
    const readAt = now;
    await create().getTenantLicenses(tenant);
    now += licenseCachePolicy.maxAgeMs + 1;
    const cacheAfterRestart = create(() => Promise.reject(new Error('down')));
    expect(await cacheAfterRestart.getTenantLicenses(tenant)).toEqual({
      content: tenantLicenses,
      readAt,
      stale: true,
      version: expect.any(Number),
    });
    expect(failures).toEqual([{ what: 'read', tenantId: 'Cust1', error: new Error('down') }]);
  });

  it('keeps the function rights of the last sign-in when the system user refreshes the licenses', async () => {
    const licenses = create();
    await licenses.saveUserLicenses(tenant, principal({ functionRights: ['hide-sale'] }), 'sign-in');
    now += licenseCachePolicy.maxAgeMs + 1;
    const refreshed = await licenses.getUserLicenses(tenant, 7);
    expect(refreshed).toMatchObject({ readAt: now, content: { functionRights: ['hide-sale'], granted } });
  });

  it('keeps the function rights of a sign-in that occurs while the system user reads', async () => {
    const licenses = create();
    await licenses.saveUserLicenses(tenant, principal(), 'sign-in');
    now += licenseCachePolicy.maxAgeMs + 1;
    readUser = async () => {
      await licenses.saveUserLicenses(tenant, principal({ functionRights: ['hide-project'] }), 'sign-in');
      return userLicenses;
    };
    await licenses.getUserLicenses(tenant, 7);
    const afterRestart = await create().getUserLicenses(tenant, 7);
    expect(afterRestart?.content.functionRights).toEqual(['hide-project']);
  });

  it('keeps nothing about a user who was erased since the sign-in, in the database or in memory', async () => {
    const licenses = create();
    const keep = (knownBy: UserKnownBy) => licenses.saveUserLicenses(tenant, principal(), knownBy);
    const readAt = async () => (await create().getKeptUserLicenses(tenant, 7))?.readAt;
    await keep('sign-in');
    now += 1_000;
    await keep('stored-data');
    expect(await readAt()).toBe(now);
    await createUserDataStore({ db, now: () => now }).erase({ tenantId: 'Cust1', associateId: 7 });
    await keep('stored-data');
    expect([await readAt(), licenses.getFromMemory(tenant, 7)]).toEqual([undefined, null]);
    expect(await licenses.getKeptUserLicenses(tenant, 7)).toBeNull();
    await keep('sign-in');
    expect(await readAt()).toBe(now);
  });

  it('returns what is kept, however old and without a read, with what the last sign-in reported', async () => {
    await create().saveUserLicenses(tenant, principal({ functionRights: ['hide-sale'] }), 'sign-in');
    const functionRightsReadAt = now;
    now += licenseCachePolicy.maxAgeMs + 1;
    await create().getUserLicenses(tenant, 7);
    const readAt = now;
    now += 365 * 24 * 60 * 60_000;
    readUser = () => Promise.reject(new Error('must not be read'));
    const licenses = create(() => Promise.reject(new Error('must not be read')));
    const kept = await licenses.getKeptUserLicenses(tenant, 7);
    const content = { functionRights: ['hide-sale'], functionRightsReadAt, name: 'Anna' };
    expect(kept).toMatchObject({ content, readAt, stale: false });
    expect(await licenses.getKeptUserLicenses(tenant, 8)).toBeNull();
    expect(await licenses.getKeptTenantLicenses(tenant)).toBeNull();
    readUser = async () => userLicenses;
    // What was shown as it is kept is read again like any old data.
    expect((await licenses.getUserLicenses(tenant, 7))?.readAt).toBe(now);
  });

  it('keeps in memory what is kept and not old, until another process changes it', async () => {
    await create().getUserLicenses(tenant, 7);
    const licenses = create(() => Promise.reject(new Error('must not be read')));
    const kept = await licenses.getKeptUserLicenses(tenant, 7);
    expect(await licenses.getKeptUserLicenses(tenant, 7)).toBe(kept);
    licenses.invalidate('Cust1/7');
    expect(await licenses.getKeptUserLicenses(tenant, 7)).not.toBe(kept);
  });

  it('does not call it stale when our own limit refused the read', async () => {
    const licenses = create();
    await licenses.getUserLicenses(tenant, 7);
    now += licenseCachePolicy.maxAgeMs + 1;
    readUser = () => Promise.reject(new SuperOfficeError('too-many-calls', 'user licenses'));
    expect(await licenses.getUserLicenses(tenant, 7, 'spare')).toMatchObject({ stale: false });
  });

  it('replaces older function rights with newer ones, even with an empty list', async () => {
    const licenses = create();
    await licenses.saveUserLicenses(tenant, principal({ functionRights: ['hide-sale'] }), 'sign-in');
    await licenses.saveUserLicenses(tenant, principal({ functionRights: [] }), 'sign-in');
    expect((await licenses.getUserLicenses(tenant, 7))?.content.functionRights).toEqual([]);
  });

  it('reads expired licenses of a user again, in other processes too, and shows what is stored meanwhile', async () => {
    const [one, other] = [create(), create()];
    await one.getUserLicenses(tenant, 7);
    await other.getUserLicenses(tenant, 7);
    const upgraded = { ...userLicenses, granted: [] };
    readUser = async () => upgraded;
    now += 1_000;
    expect(await other.findKnownUsers('Cust1', [7, 8])).toEqual([7]);
    await other.expireUsers('Cust1', [7, 8], now);
    one.invalidate('Cust1/7');
    expect((await other.getStoredUserLicenses('Cust1', [7])).get(7)).toEqual(userLicenses);
    expect((await one.getUserLicenses(tenant, 7))?.content).toEqual(upgraded);

    readUser = () => Promise.reject(new Error('must not be read'));
    await other.expireUsers('Cust1', [7], now);
    expect((await other.getUserLicenses(tenant, 7))?.content).toEqual(upgraded);
    expect(failures).toEqual([]);
  });

  it('keeps the licenses of a user while SuperOffice reports them incompletely', async () => {
    const snapshots = create();
    await snapshots.getUserLicenses(tenant, 7);
    now += licenseCachePolicy.maxAgeMs + 1;
    readUser = async () => ({ ...userLicenses, granted: [], complete: false });
    expect(await snapshots.getUserLicenses(tenant, 7)).toMatchObject({ content: { granted }, stale: true });
    await snapshots.saveUserLicenses(tenant, principal({ granted: [], complete: false }), 'sign-in');
    expect(await create().getUserLicenses(tenant, 7)).toMatchObject({ content: { granted }, stale: true });
    now += licenseCachePolicy.retryAfterMs + 1;
    expect(await snapshots.getUserLicenses(tenant, 7)).toMatchObject({ content: { granted: [] } });
  });

  it('accepts at once that a user lost a plan, and only after a second reading that a tenant lost one', async () => {
    const [module] = [
      { ...granted[0], tooltip: '', purchased: 1, seats: null, unrestricted: false, hidden: false },
    ];
    const withModule = { ...tenantLicenses, modules: [{ ...module, prerequisite: '' }] } as TenantLicenses;
    let content = withModule;
    const snapshots = create(async () => content);
    await snapshots.getTenantLicenses(tenant);
    await snapshots.getUserLicenses(tenant, 7);
    now += licenseCachePolicy.maxAgeMs + 1;
    readUser = async () => ({ ...userLicenses, granted: [] });
    content = tenantLicenses;
    expect(await snapshots.getUserLicenses(tenant, 7)).toMatchObject({ content: { granted: [] } });
    expect(await snapshots.getTenantLicenses(tenant)).toMatchObject({ content: withModule, stale: true });
    now += licenseCachePolicy.retryAfterMs + 1;
    expect(await snapshots.getTenantLicenses(tenant)).toMatchObject({ content: { modules: [] } });
  });

  it('returns null for a user whose licenses SuperOffice refuses to report', async () => {
    readUser = async () => null;
    expect(await create().getUserLicenses(tenant, 8)).toBeNull();
  });

  it('reports the user whose licenses could not be read', async () => {
    readUser = () => Promise.reject(new Error('down'));
    await expect(create().getUserLicenses(tenant, 9)).rejects.toThrow('down');
    expect(failures).toEqual([{ what: 'read', tenantId: 'Cust1', associateId: 9, error: new Error('down') }]);
  });

  it('reads again when the stored data has an older format', async () => {
    await create().getTenantLicenses(tenant);
    await db.updateTable('license_snapshots').set({ format: 0 }).execute();
    const changed = { ...tenantLicenses, companyName: 'Renamed' };
    expect((await create(async () => changed).getTenantLicenses(tenant))?.content.companyName).toBe(
      'Renamed',
    );
  });
});
