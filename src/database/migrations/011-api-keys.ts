import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

/** The keys of the license API: never a key itself, only its hash. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'uuid', (column) => column.primaryKey())
    .addColumn('context_identifier', 'text', tenantOwned)
    // SHA-256 in base64url.
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    // The last four characters of the key, by which people recognise it.
    .addColumn('ending', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', sql`text[]`, (column) => column.notNull())
    .addColumn('origins', sql`text[]`, (column) => column.notNull())
    // Null once the administrator is erased.
    .addColumn('created_by_id', 'integer')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('expires_at', 'timestamptz')
    .addColumn('revoked_at', 'timestamptz')
    .addColumn('last_used_at', 'timestamptz')
    .addColumn('uses', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createIndex('api_keys_of_tenant')
    .on('api_keys')
    .columns(['context_identifier', 'created_at', 'id'])
    .execute();
  // For preflight requests, which name an origin and no key.
  await db.schema.createIndex('api_keys_origins').on('api_keys').using('gin').column('origins').execute();
}

const tenantOwned = (column: ColumnDefinitionBuilder) =>
  column.notNull().references('tenants.context_identifier').onDelete('cascade');
