import type { Updateable } from 'kysely';
import type { Lock } from '../coordination/advisory-locks.ts';
import { createCache } from '../coordination/cache.ts';
import { notify } from '../coordination/notify.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TenantRow } from '../database/database.ts';
import { writeAudit } from './audit-log.ts';
import { type Consent, insertConsent } from './consent.ts';
import { createReconcileSchedule, type ReconcileSchedule } from './reconcile-schedule.ts';
import { type DeleteJobs, eraseTenantRows, publishRemovals } from './removal.ts';
import { endSessionsOfTenant } from './session-cutoff-store.ts';
import { type Consented, type Contract, type ProvisionedPanel, type Tenant, toTenant } from './tenant.ts';
import { createTenantStatusStore, type TenantStatusStore } from './tenant-status-store.ts';

/** Tenants in PostgreSQL. */
export interface TenantStore extends ReconcileSchedule, TenantStatusStore {
  /** @returns null for a tenant that has not installed the app, or whose deletion is proved */
  find(tenantId: string): Promise<Tenant | null>;
  /** Like `find`, from a cache: name, token, contract and status are current; provisioning and schedule may be old. */
  findCached(tenantId: string): Promise<Tenant | null>;
  /** The tenant as `findCached` has it in memory, without reading; null if it is not there. */
  peek(tenantId: string): Tenant | null;
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
   * the app; null if the tenant left. `lock` is the lock of the tenant, if the caller holds it.
   * @returns false if there is no tenant with this consent, which changes nothing
   */
  purge(tenant: Consented, associateId: number | null, lock?: Lock): Promise<boolean>;
  /**
   * Makes a tombstone of a tenant whose deletion is proved: from then on it counts as not installed, in all processes. Its
   * data are kept for `tombstoneMs`, or until the app is installed again. Changes nothing if the consent has changed.
   */
  bury(tenant: Consented): Promise<void>;
  /** Deletes the tombstones that are older than `tombstoneMs`. */
  purgeTombstones(): Promise<void>;
}

/** NOTIFY channel: a cached tenant changed. The payload is its context identifier. */
export const tenantChannel = 'planlens_tenants';

const maxCachedTenants = 10_000;
/** How long the data of a deleted tenant are kept, in case SuperOffice reported the deletion by mistake, ms. */
export const tombstoneMs = 7 * 24 * 60 * 60_000;

/** @param deps.now the current time, ms since 1970 */
export function createTenantStore(deps: {
  db: Database;
  secrets: SecretBox;
  deleteJobs: DeleteJobs;
  now: () => number;
}): TenantStore {
  const { db, secrets, deleteJobs, now } = deps;
  const cache = createCache<Tenant>(maxCachedTenants, now);

  async function find(tenantId: string): Promise<Tenant | null> {
    const row = await db
      .selectFrom('tenants')
      .selectAll()
      .where('context_identifier', '=', tenantId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? null : toTenant(row, secrets);
  }

  /** In a transaction, the other processes are notified when it commits. */
  async function publishChange(tenantId: string, transaction = db): Promise<void> {
    cache.invalidate(tenantId);
    await notify(transaction, tenantChannel, tenantId);
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
    ...createTenantStatusStore({
      db,
      now,
      publishChange: (transaction, id) => publishChange(id, transaction),
    }),
    find,
    findCached: (tenantId) => cache.get(tenantId, () => find(tenantId)),
    peek: (tenantId) => cache.peek(tenantId),
    invalidate: (tenantId) => cache.invalidate(tenantId),
    invalidateAll: () => cache.invalidateAll(),

    async saveConsent(consent) {
      const row = await insertConsent({ db, secrets, deleteJobs, now: now() }, consent);
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

    async purge({ tenantId, consentedAt }, associateId, lock) {
      const inTransaction = <T>(work: (transaction: Database) => Promise<T>) =>
        lock === undefined ? db.transaction().execute(work) : lock.transaction(work);
      const purged = await inTransaction(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('tenants')
          .where('context_identifier', '=', tenantId)
          .where('consented_at', '=', consentedAt)
          .executeTakeFirst();
        if (numDeletedRows === 0n) return false;
        await eraseTenantRows({ db: transaction, deleteJobs, now: now() }, { tenantId, associateId });
        return true;
      });
      cache.invalidate(tenantId);
      return purged;
    },

    async bury({ tenantId, consentedAt }) {
      await db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('tenants')
          .set({ deleted_at: new Date(now()) })
          .where('context_identifier', '=', tenantId)
          .where('consented_at', '=', consentedAt)
          .where('deleted_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
        await deleteJobs(transaction, tenantId);
        await endSessionsOfTenant(transaction, tenantId, now());
        await writeAudit(transaction, { tenantId, associateId: null }, now(), { event: 'deletion-proved' });
        await publishRemovals(transaction, [tenantId]);
      });
      cache.invalidate(tenantId);
    },

    async purgeTombstones() {
      await db.transaction().execute(async (transaction) => {
        const purged = await transaction
          .deleteFrom('tenants')
          .where('deleted_at', '<=', new Date(now() - tombstoneMs))
          .returning('context_identifier as tenantId')
          .execute();
        for (const { tenantId } of purged)
          await eraseTenantRows({ db: transaction, deleteJobs, now: now() }, { tenantId, associateId: null });
      });
    },
  };
}
