import type { Kysely } from 'kysely';

/** Null in the entries of earlier versions, and of events that SuperOffice or the schedule caused. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('audit_log').addColumn('address', 'text').execute();
}
