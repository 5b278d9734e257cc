import type { Kysely } from 'kysely';

/** Null where it is not known, as in the rows of earlier versions. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('webhooks').addColumn('consecutive_errors', 'integer').execute();
}
