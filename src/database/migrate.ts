import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as initial from './migrations/001-initial.ts';
import * as sessionCutoffs from './migrations/002-session-cutoffs.ts';

/** All migrations by name, in order. Forward only: a released migration never changes. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': initial,
  '002-session-cutoffs': sessionCutoffs,
};

/** The database has migrations that this version does not know; its message is one sentence for the operator. */
export class IncompatibleDatabaseError extends Error {
  readonly code = 'database-incompatible';

  constructor(remedy = 'set DATABASE_URL to an empty database') {
    super(`The database was created by an earlier version of Planlens and cannot be upgraded: ${remedy}.`);
    this.name = 'IncompatibleDatabaseError';
  }
}

/**
 * Brings the schema up to date; Kysely's lock lets one process at a time migrate. A database that a later version has
 * migrated further is left unchanged.
 * @throws IncompatibleDatabaseError when the applied migrations differ from the known ones
 */
export async function migrate(db: Kysely<unknown>): Promise<void> {
  const known = Object.keys(migrations);
  const applied = await readAppliedMigrations(db);
  if (applied.some((name, index) => index < known.length && name !== known[index])) {
    throw new IncompatibleDatabaseError();
  }
  // Kysely would refuse later migrations because it cannot find them, and take a dozen queries to find none missing.
  if (applied.length >= known.length) return;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** The names of the applied migrations, sorted; none for an empty database. */
async function readAppliedMigrations(db: Kysely<unknown>): Promise<string[]> {
  const table = await sql<{ exists: boolean }>`
    select to_regclass('kysely_migration') is not null as exists`.execute(db);
  if (!table.rows[0]?.exists) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return rows.map(({ name }) => name).sort();
}
