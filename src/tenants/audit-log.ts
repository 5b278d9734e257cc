import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** Something done that has to be accounted for. No names, no addresses, nobody's words. */
export type AuditEvent =
  | { readonly event: 'installed' | 'contract-saved' | 'exported' }
  | { readonly event: 'signed-in'; readonly isAdministrator: boolean }
  | { readonly event: 'access-request-submitted' | 'access-request-withdrawn'; readonly subject: string }
  | {
      readonly event: 'access-request-resolved';
      readonly accessRequest: string;
      readonly state: 'fulfilled' | 'declined';
    }
  | { readonly event: 'removal-incomplete'; readonly failedRemovals: number }
  | { readonly event: 'status-changed'; readonly from: string; readonly to: string }
  /** All else about the tenant is gone with it. */
  | { readonly event: 'deleted' };

/** Who did it: a user of the tenant; null for SuperOffice. */
export interface AuditWho {
  readonly tenantId: string;
  readonly associateId: number | null;
}

export interface AuditEntry {
  readonly at: Date;
  readonly associateId: number | null;
  /** As it is in the list of users now; null where it is not. */
  readonly name: string | null;
  readonly event: AuditEvent;
}

/** Longer than the three months that are asked for (docs/superoffice/certification.md#r37). */
const retentionMs = 400 * 24 * 60 * 60_000;

/** Writes an entry by `db`, which may be a transaction: what must not be done without is then not done. `at` in ms since 1970. */
export async function writeAudit(
  db: Database,
  { tenantId, associateId }: AuditWho,
  at: number,
  event: AuditEvent,
): Promise<void> {
  await db
    .insertInto('audit_log')
    .values({
      context_identifier: tenantId,
      associate_id: associateId,
      at: new Date(at),
      content: JSON.stringify(event),
    })
    .execute();
}

export type AuditLog = ReturnType<typeof createAuditLog>;

/** Who did what in which tenant, and when. */
export function createAuditLog(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;

  return {
    write: (who: AuditWho, event: AuditEvent) => writeAudit(db, who, now(), event),

    /** What was done in a tenant last, the newest first, but for sign-ins. */
    async latest(tenantId: string, most: number): Promise<AuditEntry[]> {
      const rows = await db
        .selectFrom('audit_log as log')
        .leftJoin('tenant_users as user', (join) =>
          join
            .onRef('user.context_identifier', '=', 'log.context_identifier')
            .onRef('user.associate_id', '=', 'log.associate_id'),
        )
        .select(['log.at', 'log.associate_id', 'log.content', 'user.name'])
        .where('log.context_identifier', '=', tenantId)
        .where(sql`log.content ->> 'event'`, '<>', 'signed-in')
        .orderBy('log.id', 'desc')
        .limit(most)
        .execute();
      return rows.map((row) => ({
        at: row.at,
        associateId: row.associate_id,
        name: row.name,
        event: row.content as AuditEvent,
      }));
    },

    /** Forgets what is old. */
    async purgeExpired(): Promise<void> {
      await db
        .deleteFrom('audit_log')
        .where('at', '<', new Date(now() - retentionMs))
        .execute();
    },
  };
}
