import { type Kysely, sql } from 'kysely';
import packageJson from 'pg-boss/package.json' with { type: 'json' };

/** Whether the tables of jobs are there and pg-boss has nothing to migrate, which may take a while. */
export async function areJobTablesCurrent<T>(db: Kysely<T>): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`
    select to_regclass('pgboss.version') is not null as exists`.execute(db);
  if (!rows[0]?.exists) return false;
  const installed = await sql<{ version: number }>`select version from pgboss.version`.execute(db);
  return installed.rows.some(({ version }) => version >= packageJson.pgboss.schema);
}
