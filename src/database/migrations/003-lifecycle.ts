import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('tenants')
    .addColumn('standing', 'text', (column) => column.notNull().defaultTo('active'))
    .execute();

  await db.schema
    .createTable('webhooks')
    .addColumn('context_identifier', 'text', (column) => tenantOwned(column).primaryKey())
    .addColumn('hook_id', 'text', (column) => column.notNull().unique())
    .addColumn('secret_sealed', 'text', (column) => column.notNull())
    .addColumn('webhook_id', 'integer')
    .addColumn('outcome', 'text')
    .addColumn('problem', 'text')
    .addColumn('checked_at', 'timestamptz')
    .execute();

  await db.schema
    .createTable('callbacks')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .addColumn('received_at', 'timestamptz', (column) => column.notNull())
    .addColumn('due_at', 'timestamptz', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('done_at', 'timestamptz')
    .addColumn('parked_at', 'timestamptz')
    .addColumn('problem', 'text')
    .execute();
  // What arrives again, or at two processes at once, is kept once.
  await db.schema
    .createIndex('callbacks_once')
    .unique()
    .on('callbacks')
    .columns(['context_identifier', 'event_id'])
    .execute();
  await db.schema
    .createIndex('callbacks_due')
    .on('callbacks')
    .column('due_at')
    .where(sql.ref('done_at'), 'is', null)
    .where(sql.ref('parked_at'), 'is', null)
    .execute();
}

/** Deleting a tenant deletes all of it. */
function tenantOwned(column: ColumnDefinitionBuilder) {
  return column.notNull().references('tenants.context_identifier').onDelete('cascade');
}
