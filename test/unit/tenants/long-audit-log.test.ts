import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { createAuditLog } from '../../../src/tenants/audit-log.ts';
import { createTenantStore, type TenantStore } from '../../../src/tenants/tenant-store.ts';
import { createUserDataStore, listErasedUsers } from '../../../src/tenants/user-data.ts';
import { migratedDatabase, runStatement } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const tenantId = 'Cust12345';
const entries = 50_000;
const maxPerStatement = 20_000;

describe('a long audit log', () => {
  let db: Database;
  let tenants: TenantStore;

  beforeAll(async () => {
    const url = await migratedDatabase();
    db = await openDatabase(url, () => {});
    const now = () => Date.now();
    tenants = createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now,
    });
    await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
    await runStatement(
      url,
      `insert into audit_log (context_identifier, associate_id, at, content, address)
       select '${tenantId}', 1 + number % 1000, now(), '{"event": "signed-in"}', '203.0.113.7'
       from generate_series(1, ${entries}) as number`,
    );
    await runStatement(
      url,
      `insert into audit_log (context_identifier, at, content) values ('Cust2', now(), '{}')`,
    );
    await runStatement(url, 'analyze audit_log');
  });
  afterAll(() => db.destroy());

  /** Whether a query reads through an index, as PostgreSQL counts it. */
  async function uses(index: string, query: () => Promise<unknown>): Promise<void> {
    const scans = async () => {
      const { rows } = await sql<{ scans: number }>`
        select pg_stat_force_next_flush(), idx_scan::int as scans
        from pg_stat_user_indexes where indexrelname = ${index}`.execute(db);
      return rows[0]?.scans ?? 0;
    };
    const before = await scans();
    await query();
    await expect.poll(scans).toBeGreaterThan(before);
  }

  it('is not read for what the setup page lists', async () => {
    const audit = createAuditLog({ db, now: Date.now });
    await uses('audit_log_activity', async () => {
      const listed = await audit.latest(tenantId, 20);
      expect(listed.map(({ event }) => event)).toEqual([{ event: 'installed' }]);
    });
  });

  it('is not read for the data about one user', async () => {
    const userData = createUserDataStore({ db, now: Date.now });
    await uses('audit_log_by_user', () => userData.export({ tenantId, associateId: 7 }));
    await uses('audit_log_by_user', () => userData.erase({ tenantId, associateId: 7 }));
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from audit_log where address is null and associate_id = 7`.execute(db);
    expect(rows[0]?.count).toBe(entries / 1_000);
  });

  it('is not read for the users who were erased', async () => {
    await uses('audit_log_activity', () => listErasedUsers(db, tenantId));
  });

  it('is deleted with the tenant by statements that end in time, however long it is', async () => {
    await sql`
      create function refuse_many() returns trigger language plpgsql as $$ begin
        if (select count(*) from gone) > ${sql.raw(String(maxPerStatement))} then raise 'too many rows'; end if;
        return null;
      end $$`.execute(db);
    await sql`
      create trigger refuse_many after delete on audit_log referencing old table as gone
      for each statement execute function refuse_many()`.execute(db);
    const tenant = await tenants.find(tenantId);
    expect(tenant && (await tenants.purge(tenant, 1))).toBe(true);
    const { rows } = await sql`select context_identifier, content from audit_log order by 1`.execute(db);
    expect(rows).toEqual([
      { context_identifier: tenantId, content: { event: 'deleted' } },
      { context_identifier: 'Cust2', content: {} },
    ]);
  });
});
