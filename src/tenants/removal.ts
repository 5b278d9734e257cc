import { sql } from 'kysely';
import { notify } from '../coordination/notify.ts';
import type { Database } from '../database/database.ts';
import { type AuditActor, writeAudit } from './audit-log.ts';
import { endSessionsOfTenant } from './session-cutoff-store.ts';

/** Deletes the jobs of a tenant in this transaction. */
export type DeleteJobs = (transaction: Database, tenantId: string) => Promise<void>;

/**
 * NOTIFY channel: all data of a tenant (`Cust12345`) or of one of its users (`Cust12345/101`) were removed, so that no
 * process may keep any of it in memory.
 */
export const removalChannel = 'planlens_removals';

/** Notifies all processes of removals when the transaction `db` commits. */
export async function publishRemovals(db: Database, keys: readonly string[]): Promise<void> {
  await notify(db, removalChannel, ...keys);
}

/**
 * Deletes what refers to a tenant whose row was deleted in the transaction `db`, and audits and publishes the removal.
 * `now` in ms since 1970.
 */
export async function eraseTenantRows(
  { db, deleteJobs, now }: { db: Database; deleteJobs: DeleteJobs; now: number },
  actor: AuditActor,
): Promise<void> {
  const { tenantId } = actor;
  await deleteJobs(db, tenantId);
  await endSessionsOfTenant(db, tenantId, now);
  await deleteAuditLog(db, tenantId);
  await writeAudit(db, actor, now, { event: 'deleted' });
  await publishRemovals(db, [tenantId]);
}

/** Entries per statement: however many a tenant has, each statement ends within its timeout. */
const entriesPerStatement = 20_000;

async function deleteAuditLog(db: Database, tenantId: string): Promise<void> {
  for (let last: string | null = '0'; last !== null; ) {
    // The next ones by id: a statement would read again what the ones before have deleted in this transaction.
    const { rows }: { rows: { last: string | null }[] } = await sql<{ last: string | null }>`
      with next as (
        select id from audit_log where context_identifier = ${tenantId} and id > ${last}
        order by id limit ${entriesPerStatement}
      ), deleted as (
        delete from audit_log using next where audit_log.id = next.id
      )
      select max(id)::text as last from next`.execute(db);
    last = rows[0]?.last ?? null;
  }
}
