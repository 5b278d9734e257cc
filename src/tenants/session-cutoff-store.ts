import { sql } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import { notify } from '../coordination/notify.ts';
import type { Database } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
import { deleteExpired } from './delete-expired.ts';

/** The times before which sessions of a user are no longer accepted, in PostgreSQL. */
export interface SessionCutoffStore {
  /** Ends all sessions that users of a tenant have now, in all processes. A later sign-in starts a new one. */
  endSessions(tenantId: string, associateIds: readonly number[]): Promise<void>;
  /** Records a sign-in, so that `endChangedSessions` finds the user. */
  recordSignIn(tenantId: string, associateId: number): Promise<void>;
  /**
   * Ends the sessions of users whose rights may have changed, if they have any. Nobody notices, because the next
   * sign-in is silent. A sign-in of the last minute stays, in case it was the change.
   */
  endChangedSessions(tenantId: string, associateIds: readonly number[]): Promise<void>;
  /** The time, ms since 1970, before which a user's sign-ins count no longer; 0 if there is none. From a cache. */
  notBefore(tenantId: string, associateId: number): Promise<number>;
  /** The same from memory, without reading; null if it is not there. */
  peekNotBefore(tenantId: string, associateId: number): number | null;
  /** Removes one user (`Cust12345/5`) or all users of a tenant (`Cust12345/`) from this process's cache. */
  invalidate(key: string): void;
  invalidateAll(): void;
  /** Deletes the times that no session can precede any more. */
  purgeExpired(): Promise<void>;
}

/** NOTIFY channel: sessions of a user or a tenant ended. The payload is the cache key, such as `Cust12345/5`. */
export const sessionCutoffChannel = 'planlens_session_cutoffs';

/** The associate id that stands for all users of a tenant. */
const everyUser = 0;
/** Longer than a session lives, ms. */
const maxSessionMs = 2 * 60 * 60_000;
/** A sign-in may itself change the user in SuperOffice: without this, sessions could end as soon as they start. */
const recentMs = 60_000;
/** Far longer than a session lives, ms. */
const retentionMs = 24 * 60 * 60_000;
const maxCachedUsers = 100_000;
/** Rows per statement: PostgreSQL allows 65,535 parameters. */
const maxRowsPerInsert = 10_000;

/** @param deps.now the current time, ms since 1970 */
export function createSessionCutoffStore(deps: { db: Database; now: () => number }): SessionCutoffStore {
  const { db, now } = deps;
  const cache = createCache<{ readonly notBefore: number }>(maxCachedUsers, now);

  function invalidate(key: string): void {
    if (key.endsWith('/')) cache.invalidateWhere((each) => each.startsWith(key));
    else cache.invalidate(key);
  }

  async function publishChanges(tenantId: string, associateIds: readonly number[]): Promise<void> {
    const [only, ...others] = associateIds;
    const key = `${tenantId}/${others.length === 0 ? only : ''}`;
    invalidate(key);
    await notify(db, sessionCutoffChannel, key);
  }

  return {
    async endSessions(tenantId, associateIds) {
      if (associateIds.length === 0) return;
      for (let from = 0; from < associateIds.length; from += maxRowsPerInsert)
        await saveCutoffs(db, tenantId, associateIds.slice(from, from + maxRowsPerInsert), now());
      await publishChanges(tenantId, associateIds);
    },

    async recordSignIn(tenantId, associateId) {
      const signedIn = { signed_in_at: new Date(now()) };
      await db
        .insertInto('session_cutoffs')
        .values({ context_identifier: tenantId, associate_id: associateId, ...signedIn })
        .onConflict((conflict) =>
          conflict.columns(['context_identifier', 'associate_id']).doUpdateSet(signedIn),
        )
        .execute();
    },

    async endChangedSessions(tenantId, associateIds) {
      const { rows } = await sql<{ associate_id: number }>`${sql.raw(prepared)}
        update session_cutoffs set not_before = ${new Date(now())}
        where context_identifier = ${tenantId} and associate_id = any(${associateIds}::integer[])
          and signed_in_at > ${new Date(now() - maxSessionMs)} and signed_in_at < ${new Date(now() - recentMs)}
        returning associate_id`.execute(db);
      const ended = rows.map((row) => row.associate_id);
      if (ended.length > 0) await publishChanges(tenantId, ended);
    },

    async notBefore(tenantId, associateId) {
      const cutoff = await cache.get(`${tenantId}/${associateId}`, async () => {
        const row = await db
          .selectFrom('session_cutoffs')
          .select(({ fn }) => fn.max('not_before').as('latest'))
          .where('context_identifier', '=', tenantId)
          .where('associate_id', 'in', [everyUser, associateId])
          .executeTakeFirst();
        return { notBefore: row?.latest?.getTime() ?? 0 };
      });
      return cutoff?.notBefore ?? 0;
    },

    peekNotBefore: (tenantId, associateId) => cache.peek(`${tenantId}/${associateId}`)?.notBefore ?? null,

    invalidate,
    invalidateAll: () => cache.invalidateAll(),

    purgeExpired: () =>
      deleteExpired(
        db,
        'session_cutoffs',
        sql`greatest(not_before, signed_in_at) < ${new Date(now() - retentionMs)}`,
      ),
  };
}

/**
 * Ends the sessions of all users of a tenant, in the transaction that removes it. The change of the tenant invalidates
 * the caches.
 */
export async function endSessionsOfTenant(
  transaction: Database,
  tenantId: string,
  at: number,
): Promise<void> {
  await saveCutoffs(transaction, tenantId, [everyUser], at);
}

async function saveCutoffs(
  db: Database,
  tenantId: string,
  associateIds: readonly number[],
  at: number,
): Promise<void> {
  await db
    .insertInto('session_cutoffs')
    .values(
      associateIds.map((associateId) => ({
        context_identifier: tenantId,
        associate_id: associateId,
        not_before: new Date(at),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['context_identifier', 'associate_id'])
        .doUpdateSet({ not_before: sql`greatest(session_cutoffs.not_before, excluded.not_before)` }),
    )
    .execute();
}
