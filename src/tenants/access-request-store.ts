import { type Selectable, sql } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import type { AccessRequestRow, Database } from '../database/database.ts';

/** What became of a wish: `open` until an administrator answers it. */
export type AccessRequestState = 'open' | 'fulfilled' | 'declined';

/** What a user asked their administrators for. */
export interface AccessRequest {
  readonly id: string;
  readonly associateId: number;
  /** The user's name as SuperOffice told it at their sign-in. */
  readonly requestedBy: string;
  /** `feature:{key}` or `plan:{key}`. */
  readonly subject: string;
  /** Why they ask; may be empty. */
  readonly reason: string;
  readonly requestedAt: Date;
  readonly state: AccessRequestState;
  /** The administrator's words; may be empty. */
  readonly comment: string;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date | null;
}

export type NewAccessRequest = Pick<AccessRequest, 'associateId' | 'requestedBy' | 'subject' | 'reason'>;

export interface Resolution {
  readonly state: Exclude<AccessRequestState, 'open'>;
  readonly comment: string;
  readonly resolvedBy: string;
}

/** On it processes tell each other whose wishes changed: `Cust12345/5`. */
export const accessRequestChannel = 'planlens_access_requests';

/** Nearly all have none; then it is one empty list and its key. */
const maxRemembered = 100_000;

export type AccessRequestStore = ReturnType<typeof createAccessRequestStore>;

/** Wishes of a tenant's users in PostgreSQL. Every call names the tenant: none reaches into another. */
export function createAccessRequestStore(deps: { db: Database; now: () => number }) {
  const { db, now } = deps;
  const memory = createCache<readonly AccessRequest[]>(maxRemembered, now);

  async function changed(tenantId: string, associateId: number): Promise<void> {
    const key = `${tenantId}/${associateId}`;
    memory.invalidate(key);
    await sql`select pg_notify(${accessRequestChannel}, ${key})`.execute(db);
  }

  async function lastOfUser(tenantId: string, associateId: number): Promise<readonly AccessRequest[]> {
    const rows = await db
      .selectFrom('access_requests')
      .selectAll()
      .distinctOn('subject')
      .where('context_identifier', '=', tenantId)
      .where('associate_id', '=', associateId)
      .orderBy('subject')
      .orderBy('requested_at', 'desc')
      .execute();
    return rows.map(toAccessRequest);
  }

  return {
    /** @returns false where this user's wish for the subject is open already; it stays as it was */
    async submit(tenantId: string, accessRequest: NewAccessRequest): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('access_requests')
        .values({
          context_identifier: tenantId,
          associate_id: accessRequest.associateId,
          requested_by: accessRequest.requestedBy,
          subject: accessRequest.subject,
          reason: accessRequest.reason,
          requested_at: new Date(now()),
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      await changed(tenantId, accessRequest.associateId);
      return numInsertedOrUpdatedRows === 1n;
    },

    /** Takes back what a user asked for, as if it had never been asked. @returns false where it is not open */
    async withdraw(
      tenantId: string,
      { associateId, subject }: Pick<AccessRequest, 'associateId' | 'subject'>,
    ): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_requests')
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .where('subject', '=', subject)
        .where('state', '=', 'open')
        .executeTakeFirst();
      await changed(tenantId, associateId);
      return numDeletedRows === 1n;
    },

    /** @returns false where the tenant has no such wish, or somebody answered it before */
    async resolve(
      tenantId: string,
      id: string,
      { state, comment, resolvedBy }: Resolution,
    ): Promise<boolean> {
      const resolved = await db
        .updateTable('access_requests')
        .set({ state, comment, resolved_by: resolvedBy, resolved_at: new Date(now()) })
        .where('context_identifier', '=', tenantId)
        .where('id', '=', id)
        .where('state', '=', 'open')
        .returning('associate_id')
        .executeTakeFirst();
      if (resolved !== undefined) await changed(tenantId, resolved.associate_id);
      return resolved !== undefined;
    },

    /** A user's last wish for each subject, remembered until one changes: the same list then. */
    async latestByUser(tenantId: string, associateId: number): Promise<readonly AccessRequest[]> {
      const accessRequests = await memory.get(`${tenantId}/${associateId}`, () =>
        lastOfUser(tenantId, associateId),
      );
      return accessRequests ?? [];
    },

    /** Forgets in memory what another process changed: `Cust12345/5`, or all below `Cust12345/`. */
    invalidate: (key: string) => (key.endsWith('/') ? memory.invalidatePrefix(key) : memory.invalidate(key)),

    invalidateAll: () => memory.invalidateAll(),

    /** A tenant's wishes: all that are open, oldest first, then the `answered` last answered ones, newest first. */
    async listByTenant(tenantId: string, answered: number): Promise<readonly AccessRequest[]> {
      const own = db.selectFrom('access_requests').selectAll().where('context_identifier', '=', tenantId);
      const [open, closed] = await Promise.all([
        own.where('state', '=', 'open').orderBy('requested_at').execute(),
        own.where('state', '<>', 'open').orderBy('resolved_at', 'desc').limit(answered).execute(),
      ]);
      return [...open, ...closed].map(toAccessRequest);
    },
  };
}

function toAccessRequest(row: Selectable<AccessRequestRow>): AccessRequest {
  return {
    id: row.id,
    associateId: row.associate_id,
    requestedBy: row.requested_by,
    subject: row.subject,
    reason: row.reason,
    requestedAt: row.requested_at,
    state: row.state,
    comment: row.comment,
    resolvedBy: row.resolved_by,
    resolvedAt: row.resolved_at,
  };
}
