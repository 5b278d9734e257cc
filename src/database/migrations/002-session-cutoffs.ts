import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  // No foreign key: sessions of a removed tenant stay ended if it installs the app again.
  await db.schema
    .createTable('session_cutoffs')
    .addColumn('context_identifier', 'text', (column) => column.notNull())
    // Associate 0: all users of the tenant.
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('not_before', 'timestamptz', (column) => column.notNull().defaultTo(sql`to_timestamp(0)`))
    .addColumn('signed_in_at', 'timestamptz')
    .addPrimaryKeyConstraint('session_cutoffs_key', ['context_identifier', 'associate_id'])
    .execute();
  await db.schema.alterTable('tenants').addColumn('users_read_at', 'timestamptz').execute();
}
