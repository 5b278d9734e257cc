import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { writeAudit } from './audit-log.ts';
import type { TenantStatus } from './tenant.ts';

/** The status of tenants. */
export interface TenantStatusStore {
  /** Saves a status and audits the change; does nothing if the tenant has that status or is not installed. */
  saveStatus(tenantId: string, status: TenantStatus): Promise<void>;
  /** The number of tenants for each status. */
  countByStatus(): Promise<Record<TenantStatus, number>>;
}

/** @param deps.publishChange invalidates a tenant in the caches of all processes */
export function createTenantStatusStore(deps: {
  db: Database;
  now: () => number;
  publishChange: (tenantId: string) => Promise<void>;
}): TenantStatusStore {
  const { db, now, publishChange } = deps;

  return {
    async saveStatus(tenantId, status) {
      const changed = await db.transaction().execute(async (transaction) => {
        const before = await transaction
          .selectFrom('tenants')
          .select('status')
          .where('context_identifier', '=', tenantId)
          .forUpdate()
          .executeTakeFirst();
        if (before === undefined || before.status === status) return false;
        await transaction
          .updateTable('tenants')
          .set({ status })
          .where('context_identifier', '=', tenantId)
          .execute();
        const event = { event: 'status-changed', from: before.status, to: status } as const;
        await writeAudit(transaction, { tenantId, associateId: null }, now(), event);
        return true;
      });
      if (changed) await publishChange(tenantId);
    },

    async countByStatus() {
      const rows = await db
        .selectFrom('tenants')
        .select(['status', sql<number>`count(*)::int`.as('count')])
        .groupBy('status')
        .execute();
      const counts = { active: 0, suspended: 0, deleting: 0, revoked: 0 };
      for (const { status, count } of rows) counts[status] = count;
      return counts;
    },
  };
}
