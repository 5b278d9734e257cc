import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  // No foreign key: that a tenant was deleted outlives it.
  await db.schema
    .createTable('audit_log')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('context_identifier', 'text', (column) => column.notNull())
    .addColumn('associate_id', 'integer')
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('audit_log_of_tenant')
    .on('audit_log')
    .columns(['context_identifier', 'id'])
    .execute();
  await db.schema.createIndex('audit_log_by_age').on('audit_log').column('at').execute();
}
