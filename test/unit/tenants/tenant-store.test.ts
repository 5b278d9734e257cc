import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createSnapshotStore } from '../../../src/snapshots/snapshot-store.ts';
import { createTenantStore, type TenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { uncontendedLock } from '../../support/locks.ts';

const consent = {
  tenantId: 'Cust12345',
  companyName: 'Designteamet',
  serial: '1010000014',
  systemToken: 'Planlens-topsecret',
  associateId: 5,
};
const start = Date.parse('2026-11-22T10:00:00Z');

describe('createTenantStore', () => {
  let db: Database;
  let store: TenantStore;
  let now = start;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: () => now,
    });
  });
  afterAll(() => db.destroy());

  it('finds no tenant before its consent', async () => {
    expect(await store.find('Cust1')).toBeNull();
  });

  it('saves consent and stores the system user token only encrypted', async () => {
    await store.saveConsent(consent);
    const tenant = await store.find(consent.tenantId);
    expect(tenant).toMatchObject({
      tenantId: 'Cust12345',
      companyName: 'Designteamet',
      serial: '1010000014',
      consentedAt: new Date(start),
      provisionedAt: null,
      panels: [],
    });
    expect(tenant?.systemToken()).toBe('Planlens-topsecret');
    const raw = JSON.stringify(await db.selectFrom('tenants').selectAll().execute());
    expect(raw).not.toContain('topsecret');
    expect(JSON.stringify(tenant)).not.toContain('topsecret');
  });

  it('replaces the token on a second consent and keeps the provisioned panels', async () => {
    const panels = [{ progId: 'p', name: 'Planlens', outcome: 'created', problem: null }] as const;
    await store.savePanels(consent.tenantId, panels, uncontendedLock(db));
    now = start + 1000;
    await store.saveConsent({ ...consent, systemToken: 'Planlens-second', companyName: 'New name' });
    const tenant = await store.find(consent.tenantId);
    expect(tenant?.systemToken()).toBe('Planlens-second');
    expect(tenant).toMatchObject({ companyName: 'New name', panels, provisionedAt: new Date(start) });
    expect(await db.selectFrom('tenants').select('context_identifier').execute()).toHaveLength(1);
  });

  it('does not decrypt a token that was encrypted for another tenant', async () => {
    await store.saveConsent({ ...consent, tenantId: 'Cust2' });
    const otherToken = await db
      .selectFrom('tenants')
      .select('system_token_encrypted')
      .where('context_identifier', '=', 'Cust2')
      .executeTakeFirstOrThrow();
    await db
      .updateTable('tenants')
      .set(otherToken)
      .where('context_identifier', '=', consent.tenantId)
      .execute();
    const tenant = await store.find(consent.tenantId);
    expect(() => tenant?.systemToken()).toThrow();
  });

  it('deletes the snapshots of a deleted tenant', async () => {
    const snapshots = createSnapshotStore(db);
    await snapshots.saveTenant('Cust2', { content: { modules: [] }, readAt: start }, null, []);
    await snapshots.saveUser(
      'Cust2',
      { content: { granted: [] }, readAt: start },
      { associateId: 7, knownBy: 'sign-in' },
    );
    await db.deleteFrom('tenants').where('context_identifier', '=', 'Cust2').execute();
    expect(await snapshots.latest('Cust2')).toBeNull();
    expect(await snapshots.latest('Cust2', 7)).toBeNull();
  });
});
