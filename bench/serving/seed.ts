import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import type { Lock } from '../../src/coordination/advisory-locks.ts';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { loadDesiredState } from '../../src/lifecycle/provisioning/desired-state.ts';
import { createSnapshotStore } from '../../src/snapshots/snapshot-store.ts';
import { createTenantStore } from '../../src/tenants/tenant-store.ts';
import { publishedTenant, userWithPlan } from '../../test/unit/licensing/fixtures/tenants.ts';
import { root } from './bench-database.ts';

/** Number of the first tenant; the others follow. */
const firstTenant = 700_000;
const plans = ['ten-sales', 'ten-service', 'ten-salesservicemarketing', 'ten-marketing'];
/** Cached data stays fresh for this time, so the benchmark makes no SuperOffice calls, ms. */
const freshForMs = 60 * 60_000;

/** The tenant id at an index, from 0. */
export function tenantIdAt(index: number): string {
  return `Cust${firstTenant + index}`;
}

/** Seeds installed tenants, each with users 1 to `users` and their license snapshots. */
export async function seedTenants(
  environment: NodeJS.ProcessEnv,
  { tenants, users }: { readonly tenants: number; readonly users: number },
): Promise<void> {
  const now = Date.now() + freshForMs;
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const secrets = createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS));
  const store = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: () => now });
  const snapshots = createSnapshotStore(db);
  const tenantLicenses = publishedTenant('premium');
  const { fingerprint } = loadDesiredState(join(root, 'manifest'), {
    publicUrl: String(environment.PUBLIC_URL),
    webhookErrorEmails: [],
  });

  const tenantId = tenantIdAt(0);
  await store.saveConsent({
    tenantId,
    companyName: 'Company 0',
    serial: '1',
    systemToken: 'none',
    associateId: 1,
  });
  const lock: Lock = { transaction: (work) => db.transaction().execute(work) };
  await store.savePanels(tenantId, [], lock);
  await store.saveProvisioned(tenantId, fingerprint, lock);
  await sql`update tenants set setup_started_at = null`.execute(db);
  await snapshots.saveTenant(tenantId, { content: tenantLicenses, readAt: now }, null, []);
  for (const [index, plan] of plans.entries()) {
    const associateId = index + 1;
    const content = { ...userWithPlan(tenantLicenses, plan), associateId };
    await snapshots.saveUser(tenantId, { content, readAt: now }, { associateId, knownBy: 'sign-in' });
  }
  await db.destroy();
  await cloneTenants(environment, tenants, users);
}

/** Copies the first tenant and its users with SQL. */
async function cloneTenants(environment: NodeJS.ProcessEnv, tenants: number, users: number): Promise<void> {
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  await database.connect();
  await database.query(
    `insert into license_snapshots (context_identifier, associate_id, format, read_at, content)
    select context_identifier, n, format, read_at, jsonb_set(content, '{associateId}', to_jsonb(n))
    from license_snapshots, generate_series($1::int + 1, $2::int) n
    where associate_id = 1 + (n - 1) % $1::int`,
    [plans.length, users],
  );
  await database.query(
    `insert into tenants (context_identifier, company_name, serial, system_token_encrypted, consented_by, consented_at,
      provisioned_at, provisioned_panels, provisioned_fingerprint, next_reconcile_at)
    select 'Cust' || ($1::int + n), 'Company ' || n, 1 + n, system_token_encrypted, consented_by, consented_at,
      provisioned_at, provisioned_panels, provisioned_fingerprint, next_reconcile_at
    from tenants, generate_series(1, $2::int - 1) n`,
    [firstTenant, tenants],
  );
  await database.query(
    `insert into license_snapshots (context_identifier, associate_id, format, read_at, content)
    select 'Cust' || ($1::int + n), associate_id, format, read_at,
      case when associate_id = 0 then jsonb_set(content, '{companyName}', to_jsonb('Company ' || n)) else content end
    from license_snapshots, generate_series(1, $2::int - 1) n`,
    [firstTenant, tenants],
  );
  await database.query('vacuum analyze');
  await database.end();
}
