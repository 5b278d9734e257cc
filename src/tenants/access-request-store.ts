import { type Selectable, sql } from 'kysely';
import { createCache } from '../coordination/cache.ts';
import { notify } from '../coordination/notify.ts';
import type { AccessRequestRow, Database } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { mayStoreUserData } from './user-data.ts';

/** `open` until an administrator resolves the request. */
export type AccessRequestState = 'open' | 'fulfilled' | 'declined';

/** A user's request to the administrators for a feature or a plan. */
export interface AccessRequest {
  readonly id: string;
  readonly associateId: number;
  /** The user's name in SuperOffice when they signed in. */
  readonly requestedBy: string;
  /** `feature:{key}` or `plan:{key}`. */
  readonly subject: string;
  /** The user's reason; may be empty. */
  readonly reason: string;
  readonly requestedAt: Date;
  readonly state: AccessRequestState;
  /** The administrator's comment; may be empty. */
  readonly comment: string;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date | null;
}

type NewAccessRequest = Pick<AccessRequest, 'associateId' | 'requestedBy' | 'subject' | 'reason'>;

/** Part of a list: at most `limit` entries after the first `offset`. */
interface Slice {
  readonly limit: number;
  readonly offset: number;
}

/** Which resolved requests to list: those of one outcome, of one subject, or of both. */
interface ResolvedFilter {
  readonly state?: Exclude<AccessRequestState, 'open'> | undefined;
  readonly subject?: string | undefined;
}

/** A feature or plan with open requests. */
export interface RequestedSubject {
  readonly subject: string;
  /** The number of open requests, of which `requests` are the oldest. */
  readonly count: number;
  readonly requests: readonly AccessRequest[];
}

/** What a user asks for. */
export type OpenSubject = Pick<AccessRequest, 'associateId' | 'subject'>;

/** An administrator's decision on access requests. */
interface Resolution {
  readonly state: Exclude<AccessRequestState, 'open'>;
  readonly comment: string;
  readonly resolvedBy: { readonly associateId: number; readonly name: string };
}

/** Access requests in PostgreSQL. Every call is limited to one tenant. */
export interface AccessRequestStore {
  /**
   * @returns false if the user already has an open request for the subject, which is left unchanged
   * @throws AppError `session-required` if the user has left (`mayStoreUserData`)
   */
  submit(tenantId: string, accessRequest: NewAccessRequest): Promise<boolean>;
  /** Deletes an open request. @returns false if the user has no open request for the subject */
  withdraw(tenantId: string, request: Pick<AccessRequest, 'associateId' | 'subject'>): Promise<boolean>;
  /** Resolves those of the requests that are open in the tenant. @returns their ids */
  resolve(tenantId: string, ids: readonly string[], resolution: Resolution): Promise<readonly string[]>;
  /** A user's latest request for each subject, from a cache: the same array until one of them changes. */
  latestByUser(tenantId: string, associateId: number): Promise<readonly AccessRequest[]>;
  /** The same from memory, without reading; null if it is not there. */
  peekLatestByUser(tenantId: string, associateId: number): readonly AccessRequest[] | null;
  /** How many requests of a tenant are open, from a cache. */
  countOpen(tenantId: string): Promise<number>;
  /** The same from memory, without reading; null if it is not there. */
  peekOpenCount(tenantId: string): number | null;
  /**
   * The open requests by subject, those with the oldest request first, but `first` before all others.
   * @param limits.perSubject how many requests of a subject are listed, oldest first
   */
  listOpen(
    tenantId: string,
    limits: Slice & { readonly perSubject: number },
    first: string,
  ): Promise<readonly RequestedSubject[]>;
  /** What the users of a tenant ask for: the users and subjects of all open requests. */
  listOpenSubjects(tenantId: string): Promise<readonly OpenSubject[]>;
  /** The resolved requests, those resolved last first. */
  listResolved(tenantId: string, query: Slice & ResolvedFilter): Promise<readonly AccessRequest[]>;
  /** The subjects of the resolved requests, each once. */
  listResolvedSubjects(tenantId: string): Promise<readonly string[]>;
  /** All requests of a tenant, the newest first. */
  list(tenantId: string, slice: Slice): Promise<readonly AccessRequest[]>;
  /** Removes one user (`Cust12345/5`) or all users of a tenant (`Cust12345/`) from this process's cache. */
  invalidate(key: string): void;
  invalidateAll(): void;
}

/** NOTIFY channel: the requests of a user changed. The payload is the cache key, such as `Cust12345/5`. */
export const accessRequestChannel = 'planlens_access_requests';

/** Most users have no request: an entry is then an empty array and its key. */
const maxCachedUsers = 100_000;
const maxCachedTenants = 10_000;

/** @param deps.now the current time, ms since 1970 */
export function createAccessRequestStore(deps: { db: Database; now: () => number }): AccessRequestStore {
  const { db, now } = deps;
  const cache = createCache<readonly AccessRequest[]>(maxCachedUsers, now);
  const openCounts = createCache<{ readonly open: number }>(maxCachedTenants, now);

  function invalidate(key: string): void {
    if (key.endsWith('/')) cache.invalidateWhere((each) => each.startsWith(key));
    else cache.invalidate(key);
    openCounts.invalidate(key.slice(0, key.indexOf('/')));
  }

  async function publishChange(tenantId: string, associateId: number): Promise<void> {
    const key = `${tenantId}/${associateId}`;
    invalidate(key);
    await notify(db, accessRequestChannel, key);
  }

  return {
    async submit(tenantId, accessRequest) {
      const { associateId } = accessRequest;
      const isNew = await db.transaction().execute(async (transaction) => {
        if (!(await mayStoreUserData(transaction, { tenantId, associateId }, now())))
          throw new AppError('session-required');
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('access_requests')
          .values({
            context_identifier: tenantId,
            associate_id: associateId,
            requested_by: accessRequest.requestedBy,
            subject: accessRequest.subject,
            reason: accessRequest.reason,
            requested_at: new Date(now()),
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      });
      await publishChange(tenantId, associateId);
      return isNew;
    },

    async withdraw(tenantId, { associateId, subject }) {
      const { numDeletedRows } = await db
        .deleteFrom('access_requests')
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .where('subject', '=', subject)
        .where('state', '=', 'open')
        .executeTakeFirst();
      await publishChange(tenantId, associateId);
      return numDeletedRows === 1n;
    },

    async resolve(tenantId, ids, { state, comment, resolvedBy }) {
      if (ids.length === 0) return [];
      const resolved = await db
        .updateTable('access_requests')
        .set({
          state,
          comment,
          resolved_by: resolvedBy.name,
          resolved_by_id: resolvedBy.associateId,
          resolved_at: new Date(now()),
        })
        .where('context_identifier', '=', tenantId)
        .where('id', 'in', ids)
        .where('state', '=', 'open')
        .returning(['id', 'associate_id'])
        .execute();
      for (const associateId of new Set(resolved.map((row) => row.associate_id)))
        await publishChange(tenantId, associateId);
      return resolved.map(({ id }) => id);
    },

    async latestByUser(tenantId, associateId) {
      const select = () => selectLatest(db, tenantId, associateId);
      return (await cache.get(`${tenantId}/${associateId}`, select)) ?? [];
    },

    async countOpen(tenantId) {
      const counted = await openCounts.get(tenantId, async () => ({
        open: await selectOpenCount(db, tenantId),
      }));
      return counted?.open ?? 0;
    },

    peekLatestByUser: (tenantId, associateId) => cache.peek(`${tenantId}/${associateId}`),

    peekOpenCount: (tenantId) => openCounts.peek(tenantId)?.open ?? null,

    listOpen: (tenantId, limits, first) => selectOpen(db, tenantId, limits, first),

    listOpenSubjects: (tenantId) =>
      db
        .selectFrom('access_requests')
        .select(['associate_id as associateId', 'subject'])
        .where('context_identifier', '=', tenantId)
        .where('state', '=', 'open')
        .execute(),

    async listResolved(tenantId, { limit, offset, state, subject }) {
      const rows = await db
        .selectFrom('access_requests')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .where('state', '<>', 'open')
        .where(({ eb, and }) =>
          and([
            ...(state === undefined ? [] : [eb('state', '=', state)]),
            ...(subject === undefined ? [] : [eb('subject', '=', subject)]),
          ]),
        )
        .orderBy('resolved_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toAccessRequest);
    },

    async listResolvedSubjects(tenantId) {
      const rows = await db
        .selectFrom('access_requests')
        .select('subject')
        .distinct()
        .where('context_identifier', '=', tenantId)
        .where('state', '<>', 'open')
        .execute();
      return rows.map(({ subject }) => subject);
    },

    async list(tenantId, { limit, offset }) {
      const rows = await db
        .selectFrom('access_requests')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .orderBy('requested_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toAccessRequest);
    },

    invalidate,
    invalidateAll() {
      cache.invalidateAll();
      openCounts.invalidateAll();
    },
  };
}

async function selectOpenCount(db: Database, tenantId: string): Promise<number> {
  const { count } = await db
    .selectFrom('access_requests')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('context_identifier', '=', tenantId)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function selectOpen(
  db: Database,
  tenantId: string,
  { limit, offset, perSubject }: Slice & { readonly perSubject: number },
  first: string,
): Promise<readonly RequestedSubject[]> {
  const open = db
    .selectFrom('access_requests')
    .where('context_identifier', '=', tenantId)
    .where('state', '=', 'open');
  const subjects = await open
    .select(({ fn }) => ['subject', fn.countAll<string>().as('count')])
    .groupBy('subject')
    .orderBy(({ eb }) => eb('subject', '=', first), 'desc')
    .orderBy(({ fn }) => fn.min('requested_at'))
    .orderBy('subject')
    .limit(limit)
    .offset(offset)
    .execute();
  if (subjects.length === 0) return [];
  const rows = await db
    .selectFrom(
      open
        .selectAll()
        .select(
          sql<string>`row_number() over (partition by subject order by requested_at, id)`.as('position'),
        )
        .where(
          'subject',
          'in',
          subjects.map(({ subject }) => subject),
        )
        .as('listed'),
    )
    .selectAll()
    .where('position', '<=', String(perSubject))
    .orderBy('position')
    .execute();
  return subjects.map(({ subject, count }) => ({
    subject,
    count: Number(count),
    requests: rows.filter((row) => row.subject === subject).map(toAccessRequest),
  }));
}

async function selectLatest(
  db: Database,
  tenantId: string,
  associateId: number,
): Promise<readonly AccessRequest[]> {
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
