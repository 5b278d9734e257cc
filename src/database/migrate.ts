import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as initial from './migrations/001-initial.ts';
import * as sessionCutoffs from './migrations/002-session-cutoffs.ts';
import * as retention from './migrations/003-retention.ts';
import * as auditAddress from './migrations/004-audit-address.ts';
import * as webhookErrors from './migrations/005-webhook-errors.ts';
import * as auditIndexes from './migrations/006-audit-indexes.ts';
import * as userStates from './migrations/007-user-states.ts';
import * as userPins from './migrations/008-user-pins.ts';
import * as userMarks from './migrations/009-user-marks.ts';
import * as pricesAndAnswers from './migrations/010-prices-and-answers.ts';
import * as apiKeys from './migrations/011-api-keys.ts';
import { DatabaseSetupError } from './setup-error.ts';

/** All migrations by name, in order. Forward only: a released migration never changes. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': initial,
  '002-session-cutoffs': sessionCutoffs,
  '003-retention': retention,
  '004-audit-address': auditAddress,
  '005-webhook-errors': webhookErrors,
  '006-audit-indexes': auditIndexes,
  '007-user-states': userStates,
  '008-user-pins': userPins,
  '009-user-marks': userMarks,
  '010-prices-and-answers': pricesAndAnswers,
  '011-api-keys': apiKeys,
};

/** The database has migrations that this version does not know; its message is one sentence for the operator. */
export class IncompatibleDatabaseError extends DatabaseSetupError {
  readonly code = 'database-incompatible';

  constructor(remedy = 'set DATABASE_URL to an empty database') {
    super(`The database was created by an earlier version of Planlens and cannot be upgraded: ${remedy}.`);
  }
}

/**
 * Whether the schema is up to date: Kysely would take a dozen queries to find no migration missing. So is the schema of a
 * later version, whose migrations Kysely would refuse because it cannot find them.
 * @throws IncompatibleDatabaseError when the applied migrations differ from the known ones
 * @throws DatabaseSetupError when the schema of the connection does not exist
 */
export async function isMigrated(db: Kysely<unknown>): Promise<boolean> {
  const known = Object.keys(migrations);
  const applied = await readAppliedMigrations(db);
  if (applied.some((name, index) => index < known.length && name !== known[index])) {
    throw new IncompatibleDatabaseError();
  }
  return applied.length >= known.length;
}

/** Brings the schema up to date; Kysely's lock lets one process at a time migrate. */
export async function migrate(db: Kysely<unknown>): Promise<void> {
  const { schema } = await findSchema(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: schema,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** The first existing schema of the search path, in which tables are created, and whether any migration was applied to it. */
async function findSchema(
  db: Kysely<unknown>,
): Promise<{ readonly schema: string; readonly exists: boolean }> {
  const { rows } = await sql<{ schema: string | null; exists: boolean }>`
    select current_schema() as schema,
           to_regclass(quote_ident(current_schema()) || '.kysely_migration') is not null as exists`.execute(
    db,
  );
  const { schema = null, exists = false } = rows[0] ?? {};
  if (schema !== null) return { schema, exists };
  throw new DatabaseSetupError(
    'The schema in the search_path of DATABASE_URL does not exist. Create it, and give its user the right to create tables ' +
      'there.',
  );
}

/** The names of the applied migrations, sorted; none for an empty schema. Another schema may have another app's. */
async function readAppliedMigrations(db: Kysely<unknown>): Promise<string[]> {
  const { schema, exists } = await findSchema(db);
  if (!exists) return [];
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.id(schema, 'kysely_migration')}`.execute(db);
  return rows.map(({ name }) => name).sort();
}
