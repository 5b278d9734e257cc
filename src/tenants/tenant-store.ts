import { sql, type Updateable } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TenantRow } from '../database/database.ts';
import { writeAudit } from './audit-log.ts';
import { type Consent, insertConsent } from './consent.ts';
import { createReconcileSchedule, type ReconcileSchedule } from './reconcile-schedule.ts';
import { endSessionsOfTenant } from './session-cutoff-store.ts';
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
  /** Saves the progress of provisioning. */
  savePanels(tenantId: string, panels: readonly ProvisionedPanel[]): Promise<void>;
  /** Saves the fingerprint that was provisioned; null if a part of it failed. */
  saveProvisioned(tenantId: string, fingerprint: string | null): Promise<void>;
  /** Saves the contract; null deletes it. */
  saveContract(tenantId: string, contract: Contract | null): Promise<void>;
  /**
   * Deletes all data of a tenant except an audit entry of the deletion. `associateId` is the administrator who removed
   * the app, or null if SuperOffice deleted the tenant.
   */
  purge(tenantId: string, associateId: number | null): Promise<void>;
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

  async function update(tenantId: string, values: Updateable<TenantRow>): Promise<void> {
    await db.updateTable('tenants').set(values).where('context_identifier', '=', tenantId).execute();
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

    savePanels: (tenantId, panels) =>
      update(tenantId, { provisioned_at: new Date(now()), provisioned_panels: JSON.stringify(panels) }),

    saveProvisioned: (tenantId, fingerprint) => update(tenantId, { provisioned_fingerprint: fingerprint }),

    async saveContract(tenantId, contract) {
      await update(tenantId, {
        contract_start: contract?.start ?? null,
        billing_period: contract?.period ?? null,
      });
      await publishChange(tenantId);
    },

    async purge(tenantId, associateId) {
      await db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('tenants')
          .where('context_identifier', '=', tenantId)
          .executeTakeFirst();
        // Another process deleted the tenant first.
        if (numDeletedRows === 0n) return;
        await deleteJobs(transaction, tenantId);
        await endSessionsOfTenant(transaction, tenantId, now());
        await transaction.deleteFrom('audit_log').where('context_identifier', '=', tenantId).execute();
        await writeAudit(transaction, { tenantId, associateId }, now(), { event: 'deleted' });
      });
      await publishChange(tenantId);
    },
  };
}
