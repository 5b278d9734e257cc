import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('tenants')
    .addColumn('context_identifier', 'text', (column) => column.primaryKey())
    .addColumn('company_name', 'text', (column) => column.notNull())
    .addColumn('serial', 'text', (column) => column.notNull())
    .addColumn('system_token_sealed', 'text', (column) => column.notNull())
    .addColumn('consented_by', 'integer', (column) => column.notNull())
    .addColumn('consented_at', 'timestamptz', (column) => column.notNull())
    .addColumn('provisioned_at', 'timestamptz')
    .addColumn('provisioned_panels', 'jsonb')
    .execute();

  await db.schema
    .createTable('answered_sign_ins')
    .addColumn('nonce', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('answered_sign_ins_by_expiry')
    .on('answered_sign_ins')
    .column('expires_at')
    .execute();

  // associate_id 0: what the tenant as a whole bought; others: what that associate holds
  await db.schema
    .createTable('license_snapshots')
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull())
    .addColumn('read_at', 'timestamptz', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint('license_snapshots_key', ['context_identifier', 'associate_id'])
    .execute();
}

/** Deleting a tenant deletes all of it. */
function tenantOwned(column: ColumnDefinitionBuilder) {
  return column.notNull().references('tenants.context_identifier').onDelete('cascade');
}
