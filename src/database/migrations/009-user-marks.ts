import type { Kysely } from 'kysely';

/** Since when users wait for approval, and whose seats administrators keep; a user has at most one mark. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('tenant_users')
    // When a list first had the user as waiting; null for a user who does not wait, or whom an earlier version recorded.
    .addColumn('waiting_since', 'timestamptz')
    .execute();

  await db.schema
    .createTable('user_marks')
    .addColumn('context_identifier', 'text', (column) =>
      column.notNull().references('tenants.context_identifier').onDelete('cascade'),
    )
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    // A calendar day without a time zone, as in seat_counts; null for no end.
    .addColumn('until', 'text')
    // Null once the administrator is erased.
    .addColumn('marked_by_id', 'integer')
    .addColumn('marked_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('user_marks_key', ['context_identifier', 'associate_id'])
    .execute();
}
