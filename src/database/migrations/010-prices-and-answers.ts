import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

/** What administrators enter: the prices of their plans, and the texts with which they answer access requests. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('plan_prices')
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('plan', 'text', (column) => column.notNull())
    // The same in all rows of a tenant.
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('amount', 'numeric(12, 4)', (column) => column.notNull())
    .addColumn('period', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('plan_prices_key', ['context_identifier', 'plan'])
    .execute();
  await db.schema
    .createTable('saved_answers')
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('saved_answers_key', ['context_identifier', 'name'])
    .execute();
}

const tenantOwned = (column: ColumnDefinitionBuilder) =>
  column.notNull().references('tenants.context_identifier').onDelete('cascade');
