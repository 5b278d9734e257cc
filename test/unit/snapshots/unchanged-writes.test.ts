import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createSeatCountStore } from '../../../src/snapshots/seat-count-store.ts';
import { createSnapshotStore } from '../../../src/snapshots/snapshot-store.ts';
import { createTenantStore, type TenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { getTenant } from '../../support/get-tenant.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { publishedTenant } from '../licensing/fixtures/tenants.ts';

const tenantId = 'Cust1';

describe('a reconciliation that finds what is stored already', () => {
  let db: Database;
  let tenants: TenantStore;
  beforeAll(async () => {
    db = await freshDatabase();
    const secrets = createSecretBox(newKeyring());
    tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => db.destroy());

  const readAll = async (column: string, table: string) => {
    const { rows } = await sql<{ value: string }>`
      select (${sql.raw(column)})::text as value from ${sql.table(table)}`.execute(db);
    return rows.map(({ value }) => value);
  };

  it('writes no new version of the numbers of seats', async () => {
    const seats = [{ module: 'ten-sales', purchased: 10, inUse: null }];
    const store = createSeatCountStore({ db, count: () => seats });
    const licenses = { content: publishedTenant('premium'), readAt: Date.now() };
    await store.record(tenantId, licenses);
    const before = await readAll('xmin', 'seat_counts');
    await store.record(tenantId, licenses);
    expect(await readAll('xmin', 'seat_counts')).toEqual(before);
    seats.splice(0, 1, { module: 'ten-sales', purchased: 11, inUse: null });
    await store.record(tenantId, licenses);
    expect(await readAll('xmin', 'seat_counts')).not.toEqual(before);
  });

  it('writes no new version of the tenant, unless it has left or its deletion was announced', async () => {
    const observe = async () => {
      const observed = { status: 'active', deletedReportedAt: null, nextCheckAt: null } as const;
      await tenants.saveObservedState(await getTenant(tenants, tenantId), observed);
    };
    const before = await readAll('xmin', 'tenants');
    await observe();
    expect(await readAll('xmin', 'tenants')).toEqual(before);

    await tenants.saveDeleteAnnouncement(tenantId);
    await observe();
    expect((await getTenant(tenants, tenantId)).deletion.announcedAt).toBeNull();
    await tenants.saveUnknown(await getTenant(tenants, tenantId));
    await observe();
    expect((await getTenant(tenants, tenantId)).leavingSince).toBeNull();
    await tenants.saveStatus(await getTenant(tenants, tenantId), 'suspended');
    await observe();
    expect((await getTenant(tenants, tenantId)).status).toBe('active');
  });

  it('dates the licenses and leaves their content where it is', async () => {
    const store = createSnapshotStore(db);
    const readAt = Date.now();
    const first = { content: { text: randomBytes(8_000).toString('hex') }, readAt };
    await store.saveTenant(tenantId, first, null, []);
    const before = await readAll('pg_column_toast_chunk_id(content)', 'license_snapshots');
    const second = { ...first, readAt: readAt + 1 };
    await store.saveTenant(tenantId, second, first, []);
    expect(await store.latest(tenantId)).toEqual(second);
    expect(await readAll('pg_column_toast_chunk_id(content)', 'license_snapshots')).toEqual(before);

    const third = { content: { text: 'other' }, readAt: readAt + 2 };
    await store.saveTenant(tenantId, third, second, []);
    expect(await store.latest(tenantId)).toEqual(third);
  });
});
