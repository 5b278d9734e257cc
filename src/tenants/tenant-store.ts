import { sql, type Updateable } from 'kysely';
import type { Lock } from '../coordination/advisory-locks.ts';
import { createCache } from '../coordination/cache.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TenantRow } from '../database/database.ts';
import { writeAudit } from './audit-log.ts';
import { type Consent, insertConsent } from './consent.ts';
import { createReconcileSchedule, type ReconcileSchedule } from './reconcile-schedule.ts';
import { type Contract, type ProvisionedPanel, type Tenant, toTenant } from './tenant.ts';
import { createTenantStatusStore, type TenantStatusStore } from './tenant-status-store.ts';

/** Tenants in PostgreSQL. */
export interface TenantStore extends ReconcileSchedule, TenantStatusStore {
  /** @returns null for a tenant that has not installed the app */
  find(tenantId: string): Promise<Tenant | null>;
  /** Like `find`, from a cache: name, token, contract and status are current; provisioning and schedule may be old. */
  findCached(tenantId: string): Promise<Tenant | null>;
  /** Removes a tenant from this process's cache. */
  invalidate(tenantId: string): void;
  invalidateAll(): void;
  /** Saves a consent and makes the tenant due for reconciliation in two minutes. A repeated consent replaces the token. */
  saveConsent(consent: Consent): Promise<Tenant>;
  /** Saves the progress of provisioning, under the lock of the tenant. */
  savePanels(tenantId: string, panels: readonly ProvisionedPanel[], lock: Lock): Promise<void>;
  /** Saves the fingerprint that was provisioned, under the lock of the tenant; null if a part of it failed. */
  saveProvisioned(tenantId: string, fingerprint: string | null, lock: Lock): Promise<void>;
  /** Saves the contract; null deletes it. */
  saveContract(tenantId: string, contract: Contract | null): Promise<void>;
  /**
   * Deletes all data of a tenant except an audit entry of the deletion. `associateId` is the administrator who removed
   * the app, or null if SuperOffice deleted the tenant. `lock` is the lock of the tenant, if the caller holds it.
   */
  purge(tenantId: string, associateId: number | null, lock?: Lock): Promise<void>;
}

/** NOTIFY channel: a cached tenant changed. The payload is its context identifier. */
export const tenantChannel = 'planlens_tenants';

const maxCachedTenants = 10_000;

/** @param deps.now the current time, ms since 1970 */
export function createTenantStore(deps: {
  db: Database;
  secrets: SecretBox;
  /** Deletes the jobs of a tenant in this transaction. */
  deleteJobs: (transaction: Database, tenantId: string) => Promise<void>;
  now: () => number;
}): TenantStore {
  const { db, secrets, deleteJobs, now } = deps;
  const cache = createCache<Tenant>(maxCachedTenants, now);

  async function find(tenantId: string): Promise<Tenant | null> {
    const row = await db
      .selectFrom('tenants')
      .selectAll()
      .where('context_identifier', '=', tenantId)
      .executeTakeFirst();
    return row === undefined ? null : toTenant(row, secrets);
  }

  async function publishChange(tenantId: string): Promise<void> {
    cache.invalidate(tenantId);
    await sql`select pg_notify(${tenantChannel}, ${tenantId})`.execute(db);
  }

  async function update(
    tenantId: string,
    values: Updateable<TenantRow>,
    transaction: Database = db,
  ): Promise<void> {
    await transaction.updateTable('tenants').set(values).where('context_identifier', '=', tenantId).execute();
  }

  return {
    ...createReconcileSchedule({ db, now }),
    ...createTenantStatusStore({ db, now, publishChange }),
    find,
    findCached: (tenantId) => cache.get(tenantId, () => find(tenantId)),
    invalidate: (tenantId) => cache.invalidate(tenantId),
    invalidateAll: () => cache.invalidateAll(),

    async saveConsent(consent) {
      const row = await insertConsent({ db, secrets, now: now() }, consent);
      await publishChange(consent.tenantId);
      return toTenant(row, secrets);
    },

    savePanels: (tenantId, panels, lock) => {
      const values = { provisioned_at: new Date(now()), provisioned_panels: JSON.stringify(panels) };
      return lock.transaction((transaction) => update(tenantId, values, transaction));
    },

    saveProvisioned: (tenantId, fingerprint, lock) =>
      lock.transaction((transaction) =>
        update(tenantId, { provisioned_fingerprint: fingerprint }, transaction),
      ),

    async saveContract(tenantId, contract) {
      await update(tenantId, {
        contract_start: contract?.start ?? null,
        billing_period: contract?.period ?? null,
      });
      await publishChange(tenantId);
    },

    async purge(tenantId, associateId, lock) {
      const inTransaction = (work: (transaction: Database) => Promise<void>) =>
        lock === undefined ? db.transaction().execute(work) : lock.transaction(work);
      await inTransaction(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('tenants')
          .where('context_identifier', '=', tenantId)
          .executeTakeFirst();
        // Another process deleted the tenant first.
        if (numDeletedRows === 0n) return;
        await deleteJobs(transaction, tenantId);
        await transaction.deleteFrom('audit_log').where('context_identifier', '=', tenantId).execute();
        await writeAudit(transaction, { tenantId, associateId }, now(), { event: 'deleted' });
      });
      await publishChange(tenantId);
    },
  };
}
