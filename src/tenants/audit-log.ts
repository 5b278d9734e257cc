import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { ErrorCode } from '../errors.ts';
import { deleteOldest } from './delete-oldest.ts';

/** An auditable event. It contains no names, email addresses or free text. */
export type AuditEvent =
  | {
      readonly event:
        | 'installed'
        | 'contract-saved'
        | 'prices-saved'
        | 'answer-saved'
        | 'answer-deleted'
        | 'exported';
    }
  | { readonly event: 'signed-in'; readonly isAdministrator: boolean }
  | { readonly event: 'access-request-submitted' | 'access-request-withdrawn'; readonly subject: string }
  | {
      readonly event: 'access-request-resolved';
      /** The id of the access request. */
      readonly accessRequest: string;
      readonly state: 'fulfilled' | 'declined';
    }
  | { readonly event: 'removal-incomplete'; readonly failedRemovals: number }
  /** A refused sign-in, a missing right, a form that was not sent from our pages, or a refused key. */
  | { readonly event: 'refused'; readonly code: ErrorCode }
  | { readonly event: 'status-changed'; readonly from: string; readonly to: string }
  /** SuperOffice deleted the tenant. */
  | { readonly event: 'deletion-proved' }
  | {
      readonly event:
        | 'users-downloaded'
        | 'moves-downloaded'
        | 'seats-downloaded'
        | 'reclaim-downloaded'
        | 'requests-downloaded'
        | 'history-downloaded';
      readonly format: 'csv' | 'xlsx';
    }
  /** An administrator opened the list of seats that could be reclaimed. */
  | { readonly event: 'reclaim-seen' }
  /** An administrator opened the panel of a user, by number. */
  | { readonly event: 'user-panel-seen'; readonly user: number }
  /** The data of one user, by number. */
  | { readonly event: 'user-exported' | 'user-erased'; readonly user: number }
  /** The mark of a user whose seat is kept, by number. */
  | { readonly event: 'user-marked' | 'user-unmarked'; readonly user: number }
  /** The pin of one user, by number. */
  | { readonly event: 'user-pinned' | 'user-unpinned'; readonly user: number }
  /** A key of the license API, by its id. */
  | { readonly event: 'api-key-created'; readonly apiKey: string; readonly kind: 'secret' | 'publishable' }
  | { readonly event: 'api-key-revoked'; readonly apiKey: string }
  /** The only entry that outlives the tenant's data. */
  | { readonly event: 'deleted' };

/** The user who caused an event; `associateId` is null for SuperOffice, and for a user who is not signed in. */
export interface AuditActor {
  readonly tenantId: string;
  readonly associateId: number | null;
  /** The address of the user's client; absent for SuperOffice and the schedule. */
  readonly address?: string;
}

export interface AuditEntry {
  readonly at: Date;
  readonly associateId: number | null;
  /** The user's name in the current user list; null if they are not on it. */
  readonly name: string | null;
  readonly event: AuditEvent;
}

/** Who did what in which tenant, and when. */
export interface AuditLog {
  write(actor: AuditActor, event: AuditEvent): Promise<void>;
  /** The latest `limit` entries of a tenant, newest first, without sign-ins and refusals, which anyone can cause. */
  latest(tenantId: string, limit: number): Promise<AuditEntry[]>;
  /** Deletes entries older than 400 days. */
  purgeExpired(): Promise<void>;
}

/** Longer than the required three months (docs/superoffice/certification.md#r37). */
const retentionMs = 400 * 24 * 60 * 60_000;

/** @param deps.now the current time, ms since 1970 */
export function createAuditLog(deps: { db: Database; now: () => number }): AuditLog {
  const { db, now } = deps;

  return {
    write: (actor, event) => writeAudit(db, actor, now(), event),

    async latest(tenantId, limit) {
      const rows = await db
        .selectFrom('audit_log as log')
        .leftJoin('tenant_users as user', (join) =>
          join
            .onRef('user.context_identifier', '=', 'log.context_identifier')
            .onRef('user.associate_id', '=', 'log.associate_id'),
        )
        .select(['log.at', 'log.associate_id', 'log.content', 'user.name'])
        .where('log.context_identifier', '=', tenantId)
        // As in the index `audit_log_activity`.
        .where(sql<boolean>`log.content ->> 'event' not in ('signed-in', 'refused')`)
        .orderBy('log.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        at: row.at,
        associateId: row.associate_id,
        name: row.name,
        event: row.content as AuditEvent,
      }));
    },

    purgeExpired: () => deleteOldest(db, 'audit_log', sql`at < ${new Date(now() - retentionMs)}`),
  };
}

/**
 * Writes an entry dated `at`, ms since 1970. Pass a transaction as `db` to make a change and its entry succeed or fail
 * together.
 */
export async function writeAudit(
  db: Database,
  { tenantId, associateId, address }: AuditActor,
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
      address: address ?? null,
    })
    .execute();
}
