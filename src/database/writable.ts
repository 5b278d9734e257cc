import { sql } from 'kysely';
import type { Database } from './database.ts';

/** A statement that locks no row and returns none, but that a read-only server refuses. */
export const writeProbe = 'select 1 from tenants limit 0 for update';

/**
 * Checks that the database responds and accepts writes, which a server does not after it has lost its role in a failover.
 * A connection to such a server is closed, so that the next one finds the new server.
 * @throws AppError `database-unavailable`
 */
export async function assertWritable(db: Database): Promise<void> {
  await sql.raw(writeProbe).execute(db);
}
