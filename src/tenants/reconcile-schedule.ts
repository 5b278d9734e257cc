import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Tenant } from './tenant.ts';

/** Enqueues the reconciliation of tenants in this transaction. */
type EnqueueTenants = (tenantIds: readonly string[], transaction: Database) => Promise<void>;

/** How often tenants are reconciled. */
interface ReconcileIntervals {
  readonly intervalMs: number;
  readonly revokedIntervalMs: number;
  /** The share by which an interval deviates at random. */
  readonly jitter: number;
}

/** When each tenant is reconciled next. */
export interface ReconcileSchedule {
  /**
   * Passes the tenants that are due to `enqueue`, in batches, and makes each due again in an interval; both in one
   * transaction.
   */
  takeDueTenants(intervals: ReconcileIntervals, enqueue: EnqueueTenants): Promise<void>;
  /**
   * Makes a tenant due in `delayMs`; `error` is an error code, or null after a success. Changes nothing if an
   * administrator started another installation since `tenant` was read.
   */
  completeReconcile(tenant: Tenant, delayMs: number, error: string | null): Promise<void>;
  /** Makes all tenants due within `withinMs`, at random times, that have another fingerprint and would be due later. */
  scheduleOutdated(fingerprint: string, withinMs: number): Promise<void>;
}

const batchSize = 500;
/** Tenants per statement, so that each ends within its timeout, however many tenants there are. */
const outdatedBatchSize = 5_000;

/** @param deps.now the current time, ms since 1970 */
export function createReconcileSchedule(deps: { db: Database; now: () => number }): ReconcileSchedule {
  const { db, now } = deps;

  return {
    async takeDueTenants({ intervalMs, revokedIntervalMs, jitter }, enqueue) {
      for (let taken = batchSize; taken === batchSize; ) {
        taken = await db.transaction().execute(async (transaction) => {
          const { rows } = await sql<{ tenantId: string }>`
            with due as (
              select context_identifier from tenants
              where deleted_at is null and next_reconcile_at <= ${new Date(now())}
              order by next_reconcile_at limit ${batchSize} for update skip locked
            )
            update tenants set next_reconcile_at = ${new Date(now())}::timestamptz
              + (case status when 'revoked' then ${revokedIntervalMs}::float else ${intervalMs}::float end)
                * (1 + ${jitter}::float * (2 * random() - 1)) * interval '1 millisecond'
            from due where tenants.context_identifier = due.context_identifier
            returning tenants.context_identifier as "tenantId"`.execute(transaction);
          if (rows.length > 0)
            await enqueue(
              rows.map(({ tenantId }) => tenantId),
              transaction,
            );
          return rows.length;
        });
      }
    },

    async completeReconcile({ tenantId, reconciliation }, delayMs, error) {
      await db
        .updateTable('tenants')
        .set({
          next_reconcile_at: new Date(now() + delayMs),
          reconcile_failures: error === null ? 0 : reconciliation.failures + 1,
          last_reconcile_error: error,
          setup_started_at: null,
        })
        .where('context_identifier', '=', tenantId)
        .where('setup_started_at', 'is not distinct from', reconciliation.setupStartedAt)
        .execute();
    },

    async scheduleOutdated(fingerprint, withinMs) {
      const by = new Date(now() + withinMs);
      for (let changed = outdatedBatchSize; changed === outdatedBatchSize; ) {
        const { numAffectedRows } = await sql`
          with outdated as (
            select context_identifier from tenants
            where next_reconcile_at > ${by} and provisioned_fingerprint is distinct from ${fingerprint}
            order by next_reconcile_at desc limit ${outdatedBatchSize} for update skip locked
          )
          update tenants set next_reconcile_at = ${by}::timestamptz - random() * ${withinMs} * interval '1 millisecond'
          from outdated where tenants.context_identifier = outdated.context_identifier`.execute(db);
        changed = Number(numAffectedRows ?? 0);
      }
    },
  };
}
