import type { Database } from '../database/database.ts';

/** Everything we hold about a tenant, but for secrets, which are named and not told. */
export type TenantExport = Readonly<Record<string, unknown>>;

/** Puts together what we hold about a tenant, to be downloaded by its administrators. */
export function createTenantExport({ db }: { db: Database }) {
  return async function exportTenant(tenantId: string): Promise<TenantExport> {
    const [tenant, webhook, accessRequests, snapshots, callbacks, users, changes, auditLog] =
      await Promise.all([
        db.selectFrom('tenants').selectAll().where('context_identifier', '=', tenantId).executeTakeFirst(),
        db
          .selectFrom('webhooks')
          .select(['webhook_id', 'outcome', 'problem', 'checked_at'])
          .where('context_identifier', '=', tenantId)
          .executeTakeFirst(),
        db
          .selectFrom('access_requests')
          .selectAll()
          .where('context_identifier', '=', tenantId)
          .orderBy('requested_at')
          .execute(),
        db
          .selectFrom('license_snapshots')
          .selectAll()
          .where('context_identifier', '=', tenantId)
          .orderBy('associate_id')
          .execute(),
        db
          .selectFrom('callbacks')
          .selectAll()
          .where('context_identifier', '=', tenantId)
          .orderBy('id')
          .execute(),
        db
          .selectFrom('tenant_users')
          .selectAll()
          .where('context_identifier', '=', tenantId)
          .orderBy('associate_id')
          .execute(),
        db
          .selectFrom('license_changes')
          .selectAll()
          .where('context_identifier', '=', tenantId)
          .orderBy('id')
          .execute(),
        db
          .selectFrom('audit_log')
          .selectAll()
          .where('context_identifier', '=', tenantId)
          .orderBy('id')
          .execute(),
      ]);
    const told = tenant && { ...tenant, system_token_encrypted: undefined };
    const encryptedVerifier = ['system user token', 'system user ticket', 'webhook secret'];
    return {
      tenant: told,
      webhook: webhook ?? null,
      accessRequests,
      snapshots,
      users,
      changes,
      callbacks,
      auditLog,
      encryptedVerifier,
    };
  };
}
