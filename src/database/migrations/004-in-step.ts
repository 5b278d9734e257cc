import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('tenants')
    .addColumn('provisioned_as', 'text')
    .addColumn('look_after_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('look_after_failures', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('look_after_problem', 'text')
    .addColumn('setup_began_at', 'timestamptz')
    .execute();
  await db.schema.createIndex('tenants_to_look_after').on('tenants').column('look_after_at').execute();

  await db.schema
    .createTable('tickets')
    .addColumn('context_identifier', 'text', (column) => tenantOwned(column).primaryKey())
    .addColumn('ticket_sealed', 'text', (column) => column.notNull())
    .addColumn('exchanged_at', 'timestamptz', (column) => column.notNull())
    .execute();

  // Who may be called when matters for a second: not worth a write-ahead log, and gone after a crash.
  await sql`
    create unlogged table call_budgets (
      context_identifier text primary key references tenants (context_identifier) on delete cascade,
      recent timestamptz[] not null
    )`.execute(db);

  await db.schema
    .createTable('license_changes')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer')
    .addColumn('found_at', 'timestamptz', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('license_changes_of_tenant')
    .on('license_changes')
    .columns(['context_identifier', 'id'])
    .execute();

  await db.schema
    .createTable('tenant_users')
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('user_plan', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('tenant_users_key', ['context_identifier', 'associate_id'])
    .execute();
}

/** Deleting a tenant deletes all of it. */
function tenantOwned(column: ColumnDefinitionBuilder) {
  return column.notNull().references('tenants.context_identifier').onDelete('cascade');
}
