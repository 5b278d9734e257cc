import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { writeAudit } from './audit-log.ts';
import type { Consented, Tenant, TenantStatus } from './tenant.ts';

/** What the latest state of a tenant means for it. */
interface ObservedState {
  readonly status: TenantStatus;
  /** When SuperOffice first reported the tenant as deleted; null if it reported any other state. */
  readonly deletedReportedAt: Date | null;
  /** When the tenant must be reconciled at the latest; null if there is no hurry. */
  readonly nextCheckAt: Date | null;
}

/** The status of tenants. Nothing is saved for a tenant whose consent is no longer the given one. */
export interface TenantStatusStore {
  /** Saves a status and audits the change. */
  saveStatus(tenant: Consented, status: TenantStatus): Promise<void>;
  /** Saves what a state that SuperOffice reported means; any state but `Deleted` also ends an announced deletion. */
  saveObservedState(tenant: Tenant, observed: ObservedState): Promise<void>;
  /** Saves that SuperOffice announced the deletion of a tenant. */
  saveDeleteAnnouncement(tenantId: string): Promise<void>;
  /** Saves that SuperOffice does not know the tenant. */
  saveUnknown(tenant: Consented): Promise<void>;
  /** The number of tenants for each status. */
  countByStatus(): Promise<Record<TenantStatus, number>>;
}

/** Statuses that end in the deletion of the data unless they change. */
const leavingStatuses: readonly TenantStatus[] = ['revoked', 'deleting'];

/** @param deps.publishChange invalidates a tenant in the caches of all processes */
export function createTenantStatusStore(deps: {
  db: Database;
  now: () => number;
  publishChange: (db: Database, tenantId: string) => Promise<void>;
}): TenantStatusStore {
  const { db, now, publishChange } = deps;

  /** Saves a status with further columns, audits a change and publishes it, all or nothing. */
  async function save(
    { tenantId, consentedAt }: Consented,
    status: TenantStatus,
    values: { deleted_reported_at?: Date | null; delete_announced_at?: null } = {},
    nextCheckAt: Date | null = null,
  ): Promise<void> {
    await db.transaction().execute(async (transaction) => {
      const before = await transaction
        .selectFrom('tenants')
        .select('status')
        .where('context_identifier', '=', tenantId)
        .where('consented_at', '=', consentedAt)
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst();
      if (before === undefined) return;
      const leavingSince = sql<Date>`coalesce(leaving_since, ${new Date(now())})`;
      await transaction
        .updateTable('tenants')
        .set({
          status,
          leaving_since: leavingStatuses.includes(status) ? leavingSince : null,
          ...values,
          ...(nextCheckAt && { next_reconcile_at: sql<Date>`least(next_reconcile_at, ${nextCheckAt})` }),
        })
        .where('context_identifier', '=', tenantId)
        .execute();
      if (before.status === status) return;
      const event = { event: 'status-changed', from: before.status, to: status } as const;
      await writeAudit(transaction, { tenantId, associateId: null }, now(), event);
      await publishChange(transaction, tenantId);
    });
  }

  /** Whether nothing has to be saved of a tenant that runs, as every hour of nearly all tenants. */
  async function isActive({ tenantId, consentedAt }: Consented): Promise<boolean> {
    const row = await db
      .selectFrom('tenants')
      .select('context_identifier')
      .where('context_identifier', '=', tenantId)
      .where('consented_at', '=', consentedAt)
      .where('status', '=', 'active')
      .where('leaving_since', 'is', null)
      .where('deleted_reported_at', 'is', null)
      .where('delete_announced_at', 'is', null)
      .executeTakeFirst();
    return row !== undefined;
  }

  return {
    saveStatus: (tenant, status) => save(tenant, status),

    async saveObservedState(tenant, { status, deletedReportedAt, nextCheckAt }) {
      if (status === 'active' && (await isActive(tenant))) return;
      const deletion =
        deletedReportedAt === null
          ? { deleted_reported_at: null, delete_announced_at: null }
          : { deleted_reported_at: deletedReportedAt };
      await save(tenant, status, deletion, nextCheckAt);
    },

    async saveDeleteAnnouncement(tenantId) {
      await db
        .updateTable('tenants')
        .set({ delete_announced_at: sql<Date>`coalesce(delete_announced_at, ${new Date(now())})` })
        .where('context_identifier', '=', tenantId)
        .execute();
    },

    async saveUnknown({ tenantId, consentedAt }) {
      await db
        .updateTable('tenants')
        .set({ leaving_since: sql<Date>`coalesce(leaving_since, ${new Date(now())})` })
        .where('context_identifier', '=', tenantId)
        .where('consented_at', '=', consentedAt)
        .execute();
    },

    async countByStatus() {
      const rows = await db
        .selectFrom('tenants')
        .select(['status', sql<number>`count(*)::int`.as('count')])
        .where('deleted_at', 'is', null)
        .groupBy('status')
        .execute();
      const counts = { active: 0, suspended: 0, deleting: 0, revoked: 0 };
      for (const { status, count } of rows) counts[status] = count;
      return counts;
    },
  };
}
