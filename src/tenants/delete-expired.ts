import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** Pages of 8 kB per statement: each ends far within its timeout, however large the table is. */
const pagesPerStatement = 1_000;

/**
 * Deletes the expired rows of a table in the order in which PostgreSQL stores them. This needs no index on a time, which every
 * write would have to keep up, and no id that ascends with time. The whole table is read. A row that is written meanwhile may be
 * left to the next purge.
 */
export async function deleteExpired(
  db: Database,
  table: 'access_requests' | 'license_snapshots' | 'session_cutoffs',
  isExpired: RawBuilder<boolean>,
): Promise<void> {
  const { rows } = await sql<{ pages: number }>`
    select (pg_relation_size(${table}) / current_setting('block_size')::int)::int as pages`.execute(db);
  const { pages } = rows[0] ?? { pages: 0 };
  for (let page = 0; page < pages; page += pagesPerStatement) {
    await sql`
      delete from ${sql.table(table)}
      where ctid >= ${toRowId(page)}::tid and ctid < ${toRowId(page + pagesPerStatement)}::tid and ${isExpired}`.execute(
      db,
    );
  }
}

/** The first row of a page. */
const toRowId = (page: number): string => `(${page},0)`;
