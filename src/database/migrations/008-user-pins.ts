import type { Kysely } from 'kysely';

/** What administrators require of the plan of single users; a user has at most one pin. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('user_pins')
    .addColumn('context_identifier', 'text', (column) =>
      column.notNull().references('tenants.context_identifier').onDelete('cascade'),
    )
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    // Null once the administrator is erased.
    .addColumn('pinned_by_id', 'integer')
    .addColumn('pinned_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('user_pins_key', ['context_identifier', 'associate_id'])
    .execute();
}
