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
  let after = '0';
  for (;;) {
    const behind = sql`context_identifier = ${tenantId} and id > ${after}`;
    const { rows } = await sql<{ last: string | null }>`
      select max(id)::text as last
      from (select id from audit_log where ${behind} order by id limit ${entriesPerStatement}) as next`.execute(
      db,
    );
    const last = rows[0]?.last ?? null;
    if (last === null) return;
    // By a range of ids: a statement would read again what the ones before have deleted in this transaction.
    await sql`delete from audit_log where ${behind} and id <= ${last}`.execute(db);
    after = last;
  }
}
