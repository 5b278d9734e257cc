import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** Rows per statement: each ends far within its timeout, however many rows there are. */
const batchSize = 5_000;

/**
 * Deletes the rows of a table that have expired, the first written first. Their ids ascend with time, so this needs no index
 * on a time, and reads no more than one batch of the rows that stay. A row written later than others of its age may stay
 * until they are gone.
 */
export async function deleteOldest(
  db: Database,
  table: 'audit_log' | 'callbacks' | 'license_changes',
  isExpired: RawBuilder<boolean>,
): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize; ) {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)}
      where id = any(array(select id from ${sql.table(table)} order by id limit ${batchSize})) and ${isExpired}`.execute(
      db,
    );
    deleted = Number(numAffectedRows ?? 0);
  }
}
