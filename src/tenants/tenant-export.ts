import type { Database } from '../database/database.ts';

/** All stored data of a tenant. Secrets are named, not included. */
export type TenantExport = Readonly<Record<string, unknown>>;

/** Collects the stored data of a tenant for a download by its administrators. */
export type ExportTenant = (tenantId: string) => Promise<TenantExport>;

export function createTenantExport({ db }: { db: Database }): ExportTenant {
  return async (tenantId) => {
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
    return {
      tenant: tenant && { ...tenant, system_token_encrypted: undefined },
      webhook: webhook ?? null,
      accessRequests,
      snapshots,
      users,
      changes,
      callbacks,
      auditLog,
      omittedSecrets: ['system user token', 'system user ticket', 'webhook secret'],
    };
  };
}
