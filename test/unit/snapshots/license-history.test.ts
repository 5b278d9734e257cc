import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import type { LicenseChange } from '../../../src/licensing/licenses/license-diff.ts';
import { createLicenseHistory } from '../../../src/snapshots/license-history.ts';
import { createSnapshotStore } from '../../../src/snapshots/snapshot-store.ts';
import { createUserStore } from '../../../src/snapshots/user-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { getTenant } from '../../support/get-tenant.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { uncontendedLock } from '../../support/locks.ts';

const readAt = Date.parse('2026-11-26T10:00:00Z');
const module = { owner: 'SUPEROFFICE', name: 'saint', description: 'SAINT' };
const addedModule: LicenseChange = { kind: 'added', module, purchased: 1 };
const removedModule: LicenseChange = { kind: 'removed', module, purchased: 1 };
const planChange = { associateId: 7, change: { kind: 'user-plan', from: 'A', to: 'B' } } as const;
const markus = { associateId: 7, name: 'Markus', userPlan: 'B', canLogIn: true, retired: false };

describe('license history', () => {
  let db: Database;
  const history = () => createLicenseHistory({ db });
  const users = () => createUserStore({ db });
  const snapshots = () => createSnapshotStore(db);
  const tenants = () =>
    createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: Date.now,
    });

  beforeAll(async () => {
    db = await freshDatabase();
  });
  beforeEach(async () => {
    await db.deleteFrom('tenants').execute();
    for (const tenantId of ['Cust1', 'Cust2'])
      await tenants().saveConsent({
        tenantId,
        companyName: '',
        serial: '1',
        systemToken: 't',
        associateId: 1,
      });
  });
  afterAll(() => db.destroy());

  it('returns the latest changes of the requested tenant, newest first', async () => {
    const first = { content: {}, readAt };
    await snapshots().saveTenant('Cust1', first, null, [addedModule]);
    await snapshots().saveTenant('Cust1', { content: {}, readAt: readAt + 1 }, first, [
      removedModule,
      addedModule,
    ]);
    await snapshots().saveTenant('Cust2', { content: {}, readAt }, null, [removedModule]);
    expect(await history().latest('Cust1', 2)).toEqual([
      { change: addedModule, detectedAt: new Date(readAt + 1), user: null },
      { change: removedModule, detectedAt: new Date(readAt + 1), user: null },
    ]);
  });

  it('names a user, and deletes the changes of a user who is no longer listed', async () => {
    await users().replace('Cust1', [markus], [planChange], { readAt, isComplete: true }, uncontendedLock(db));
    expect(await history().latest('Cust1', 5)).toEqual([
      { change: planChange.change, detectedAt: new Date(readAt), user: { associateId: 7, name: 'Markus' } },
    ]);
    await users().replace('Cust1', [], [], { readAt, isComplete: true }, uncontendedLock(db));
    expect(await history().latest('Cust1', 5)).toEqual([]);
  });

  it('saves changes and their source data in one transaction', async () => {
    const invalidChange = { kind: 'removed', module, purchased: 1n } as unknown as LicenseChange;
    await expect(
      snapshots().saveTenant('Cust1', { content: {}, readAt }, null, [addedModule, invalidChange]),
    ).rejects.toThrow();
    expect(await snapshots().latest('Cust1')).toBeNull();
    const changes = [{ associateId: markus.associateId, change: invalidChange }];
    await expect(
      users().replace('Cust1', [markus], changes, { readAt, isComplete: true }, uncontendedLock(db)),
    ).rejects.toThrow();
    expect([await users().listByTenant('Cust1'), await history().latest('Cust1', 5)]).toEqual([[], []]);
  });

  it('replaces the whole user list, even a long one', async () => {
    const many = Array.from({ length: 12_000 }, (_each, index) => ({
      associateId: index + 1,
      name: `User ${index}`,
      userPlan: '',
      canLogIn: null,
      retired: false,
    }));
    await users().replace('Cust1', many, [], { readAt, isComplete: true }, uncontendedLock(db));
    expect(await users().listByTenant('Cust1')).toHaveLength(12_000);
    await users().replace('Cust1', [markus], [], { readAt, isComplete: true }, uncontendedLock(db));
    expect(await users().listByTenant('Cust1')).toEqual([markus]);
    expect(await users().listByTenant('Cust2')).toEqual([]);
  });

  it('deletes changes and users with the tenant', async () => {
    await users().replace('Cust1', [markus], [planChange], { readAt, isComplete: true }, uncontendedLock(db));
    await tenants().purge(await getTenant(tenants(), 'Cust1'), null);
    expect([await users().listByTenant('Cust1'), await history().latest('Cust1', 5)]).toEqual([[], []]);
  });
});
