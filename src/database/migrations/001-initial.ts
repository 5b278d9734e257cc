import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await createTenants(db);
  await createSignInTables(db);
  await createLicenseTables(db);
  await createAccessRequests(db);
  await createCallbackTables(db);
  await createCallTables(db);
  await createAuditLog(db);
}

async function createTenants(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('tenants')
    .addColumn('context_identifier', 'text', (column) => column.primaryKey())
    .addColumn('company_name', 'text', (column) => column.notNull())
    .addColumn('serial', 'text', (column) => column.notNull())
    .addColumn('system_token_encrypted', 'text', (column) => column.notNull())
    .addColumn('consented_by', 'integer', (column) => column.notNull())
    .addColumn('consented_at', 'timestamptz', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('active'))
    .addColumn('provisioned_at', 'timestamptz')
    .addColumn('provisioned_panels', 'jsonb')
    .addColumn('provisioned_fingerprint', 'text')
    .addColumn('setup_started_at', 'timestamptz')
    .addColumn('next_reconcile_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('reconcile_failures', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('last_reconcile_error', 'text')
    // A calendar day without a time zone: pg would convert a date column to a Date in the local time zone.
    .addColumn('contract_start', 'text')
    .addColumn('billing_period', 'text')
    .execute();
  await db.schema.createIndex('tenants_due_reconcile').on('tenants').column('next_reconcile_at').execute();
}

async function createSignInTables(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('consumed_nonces')
    .addColumn('nonce', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('consumed_nonces_by_expiry')
    .on('consumed_nonces')
    .column('expires_at')
    .execute();

  await db.schema
    .createTable('session_exchange_codes')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('challenge', 'text', (column) => column.notNull())
    .addColumn('session', 'jsonb', (column) => column.notNull())
    .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('session_exchange_codes_by_expiry')
    .on('session_exchange_codes')
    .column('expires_at')
    .execute();
}

async function createLicenseTables(db: Kysely<never>): Promise<void> {
  // Associate 0: the tenant's own licenses. Others: the licenses of that associate.
  await db.schema
    .createTable('license_snapshots')
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull())
    .addColumn('read_at', 'timestamptz', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint('license_snapshots_key', ['context_identifier', 'associate_id'])
    .execute();

  await db.schema
    .createTable('license_changes')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer')
    .addColumn('detected_at', 'timestamptz', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('license_changes_by_tenant')
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

async function createAccessRequests(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('access_requests')
    .addColumn('id', 'uuid', (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
    .addColumn('context_identifier', 'text', tenantOwned)
    .addColumn('associate_id', 'integer', (column) => column.notNull())
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('requested_at', 'timestamptz', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull().defaultTo('open'))
    .addColumn('comment', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('resolved_by', 'text')
    .addColumn('resolved_at', 'timestamptz')
    .execute();
  // One open request per user and subject, also when two processes receive it at once.
  await db.schema
    .createIndex('access_requests_open_once')
    .unique()
    .on('access_requests')
    .columns(['context_identifier', 'associate_id', 'subject'])
    .where(sql.ref('state'), '=', 'open')
    .execute();
  await db.schema
    .createIndex('access_requests_by_tenant')
    .on('access_requests')
    .columns(['context_identifier', 'requested_at'])
    .execute();
}

async function createCallbackTables(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('webhooks')
    .addColumn('context_identifier', 'text', (column) => tenantOwned(column).primaryKey())
    .addColumn('hook_id', 'text', (column) => column.notNull().unique())
    .addColumn('secret_encrypted', 'text', (column) => column.notNull())
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
    .addColumn('processed_at', 'timestamptz')
    .addColumn('dead_lettered_at', 'timestamptz')
    .addColumn('last_error', 'text')
    .execute();
  // An event that arrives twice, or at two processes at once, is stored once.
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
    .where(sql.ref('processed_at'), 'is', null)
    .where(sql.ref('dead_lettered_at'), 'is', null)
    .execute();
}

async function createCallTables(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('tickets')
    .addColumn('context_identifier', 'text', (column) => tenantOwned(column).primaryKey())
    .addColumn('ticket_encrypted', 'text', (column) => column.notNull())
    .addColumn('exchanged_at', 'timestamptz', (column) => column.notNull())
    .execute();

  // Unlogged: the times of the last calls matter for a second and need not survive a crash.
  await sql`
    create unlogged table rate_limits (
      context_identifier text primary key references tenants (context_identifier) on delete cascade,
      recent timestamptz[] not null
    )`.execute(db);
}

async function createAuditLog(db: Kysely<never>): Promise<void> {
  // No foreign key: the entry of a tenant's deletion outlives the tenant.
  await db.schema
    .createTable('audit_log')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('context_identifier', 'text', (column) => column.notNull())
    .addColumn('associate_id', 'integer')
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('content', 'jsonb', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('audit_log_by_tenant')
    .on('audit_log')
    .columns(['context_identifier', 'id'])
    .execute();
  await db.schema.createIndex('audit_log_by_age').on('audit_log').column('at').execute();
}

/** Deleting a tenant deletes its rows in every table. */
function tenantOwned(column: ColumnDefinitionBuilder) {
  return column.notNull().references('tenants.context_identifier').onDelete('cascade');
}
