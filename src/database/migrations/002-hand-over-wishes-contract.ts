import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('hand_over_codes')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('challenge', 'text', (column) => column.notNull())
    .addColumn('session', 'jsonb', (column) => column.notNull())
    .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('hand_over_codes_by_expiry')
    .on('hand_over_codes')
    .column('expires_at')
    .execute();

  await db.schema
    .createTable('wishes')
    .addColumn('id', 'uuid', (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('asked_by', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull().defaultTo('open'))
    .addColumn('answer', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('answered_by', 'text')
    .addColumn('answered_at', 'timestamptz')
    .execute();
  // One open wish per user and subject, however many processes are asked at once.
  await db.schema
    .createIndex('wishes_open_once')
    .unique()
    .on('wishes')
    .columns(['context_identifier', 'associate_id', 'subject'])
    .where(sql.ref('state'), '=', 'open')
    .execute();
  await db.schema
    .createIndex('wishes_by_tenant')
    .on('wishes')
    .columns(['context_identifier', 'asked_at'])
    .execute();

  // A calendar day without a time zone, which a date column would give one on its way through the driver.
  await db.schema
    .alterTable('tenants')
    .addColumn('contract_start', 'text')
    .addColumn('billing_period', 'text')
    .execute();
}

/** Deleting a tenant deletes all of it. */
function tenantOwned(column: ColumnDefinitionBuilder) {
  return column.notNull().references('tenants.context_identifier').onDelete('cascade');
}
