import { type Selectable, sql } from 'kysely';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TenantRow } from '../database/database.ts';
import { type Tenant, toTenant } from './tenant.ts';

/** Decides which tenant is reconciled next, across all processes. */
export interface ReconcileSchedule {
  /** Leases the next tenant that is due to the calling process; null when none is due. Installations come first. */
  claimDueTenant(): Promise<Tenant | null>;
  /**
   * Schedules the next reconciliation of a claimed tenant in `delayMs`; `error` is an error code, or null after a
   * success. Changes nothing if an administrator started another installation since the claim.
   */
  completeReconcile(tenant: Tenant, delayMs: number, error: string | null): Promise<void>;
  /** Makes a tenant due now. */
  requestReconcile(tenantId: string): Promise<void>;
  /** Makes all tenants due that have another fingerprint, at random times within `withinMs`. */
  scheduleOutdated(fingerprint: string, withinMs: number): Promise<void>;
}

/** NOTIFY channel: a tenant is due now. The payload is empty. */
export const reconcileChannel = 'planlens_reconcile';

/** A claimed tenant can be claimed again after this, ms: longer than a reconciliation takes. */
const reconcileLeaseMs = 2 * 60_000;

/** @param deps.now the current time, ms since 1970 */
export function createReconcileSchedule(deps: {
  db: Database;
  secrets: SecretBox;
  now: () => number;
}): ReconcileSchedule {
  const { db, secrets, now } = deps;

  return {
    async claimDueTenant() {
      const at = now();
      const { rows } = await sql<Selectable<TenantRow>>`
        with due as (
          select context_identifier from tenants
          where status <> 'revoked' and next_reconcile_at <= ${new Date(at)}
          order by setup_started_at, next_reconcile_at limit 1 for update skip locked
        )
        update tenants set next_reconcile_at = ${new Date(at + reconcileLeaseMs)}
        from due where tenants.context_identifier = due.context_identifier
        returning tenants.*`.execute(db);
      const [row] = rows;
      return row === undefined ? null : toTenant(row, secrets);
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

    async requestReconcile(tenantId) {
      await sql`
        with scheduled as (
          update tenants set next_reconcile_at = ${new Date(now())} where context_identifier = ${tenantId} returning 1
        )
        select pg_notify(${reconcileChannel}, '') from scheduled`.execute(db);
    },

    async scheduleOutdated(fingerprint, withinMs) {
      await sql`
        update tenants set next_reconcile_at =
          least(next_reconcile_at, ${new Date(now())}::timestamptz + random() * ${withinMs} * interval '1 millisecond')
        where provisioned_fingerprint is distinct from ${fingerprint}`.execute(db);
    },
  };
}
