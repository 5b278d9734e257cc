import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('tenants')
    .addColumn('deleted_reported_at', 'timestamptz')
    .addColumn('delete_announced_at', 'timestamptz')
    .addColumn('leaving_since', 'timestamptz')
    .addColumn('deleted_at', 'timestamptz')
    .execute();
  await sql`
    update tenants set
      leaving_since = case when status in ('revoked', 'deleting') then now() end,
      users_read_at = coalesce(
        users_read_at,
        case when context_identifier in (select context_identifier from tenant_users) then now() end)
  `.execute(db);
  await db.schema.alterTable('access_requests').addColumn('resolved_by_id', 'integer').execute();
}
