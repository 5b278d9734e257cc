import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { type AuditActor, writeAudit } from './audit-log.ts';
import { lockTenant } from './lock-tenant.ts';
import { publishRemovals } from './removal.ts';

/** A user of a tenant. */
interface TenantUserId {
  readonly tenantId: string;
  readonly associateId: number;
}

/** All stored data about one user. */
type UserExport = Readonly<Record<string, unknown>>;

/** The stored data about single users. */
export interface UserDataStore {
  /** Collects the data for a download. Of the audit log, at most the latest 10,000 entries. */
  export(user: TenantUserId): Promise<UserExport>;
  /**
   * Deletes the data, in the memory of all processes too. Of the audit log, numbers without names remain. A user who is
   * still active is listed again at the next reconciliation, as on a first list. `requestedBy`, the administrator who asked
   * for it, if one did, is in the audit log.
   */
  erase(user: TenantUserId, requestedBy?: AuditActor): Promise<void>;
}

const maxAuditEntries = 10_000;
/** A list of users that is older than this does not tell who may have joined since, ms. */
const listValidMs = 24 * 60 * 60_000;

/** @param deps.now the current time, ms since 1970 */
export function createUserDataStore(deps: { db: Database; now: () => number }): UserDataStore {
  const { db, now } = deps;

  return {
    async export({ tenantId, associateId }) {
      const select = async (from: RawBuilder<unknown>, condition = sql`associate_id = ${associateId}`) => {
        const { rows } = await sql`
          select ${from} where context_identifier = ${tenantId} and ${condition}`.execute(db);
        return rows;
      };
      return {
        tenantId,
        associateId,
        users: await select(
          sql`name, user_plan, plan_since, listed_since, retired, can_log_in, waiting_for_approval,
            waiting_since, login_reported, last_login_at from tenant_users`,
        ),
        planPeriods: await select(sql`user_plan, began_at, ended_at from user_plan_periods`),
        snapshots: await select(sql`read_at, content from license_snapshots`),
        changes: await select(sql`detected_at, content from license_changes`),
        accessRequests: await select(
          sql`requested_by, subject, reason, requested_at, state, comment, resolved_at from access_requests`,
        ),
        marks: await select(sql`kind, note, until, marked_at from user_marks`),
        // Without the marked user.
        marksSet: await select(
          sql`kind, note, until, marked_at from user_marks`,
          sql`marked_by_id = ${associateId}`,
        ),
        pins: await select(sql`kind, plan, reason, pinned_at from user_pins`),
        // Without the pinned user.
        pinsSet: await select(
          sql`kind, plan, reason, pinned_at from user_pins`,
          sql`pinned_by_id = ${associateId}`,
        ),
        apiKeysCreated: await select(
          sql`kind, name, scopes, origins, created_at, expires_at, revoked_at from api_keys`,
          sql`created_by_id = ${associateId}`,
        ),
        // Without the user who made the request.
        resolvedAccessRequests: await select(
          sql`subject, state, comment, resolved_by, resolved_at from access_requests`,
          sql`resolved_by_id = ${associateId}`,
        ),
        auditLog: await select(
          sql`at, content from audit_log`,
          sql`associate_id = ${associateId} order by id desc limit ${maxAuditEntries}`,
        ),
      };
    },

    async erase({ tenantId, associateId }, requestedBy) {
      await db.transaction().execute(async (transaction) => {
        // Excludes a save that found the user known.
        await lockTenant(transaction, tenantId);
        await eraseUsers(transaction, tenantId, [associateId]);
        if (requestedBy !== undefined)
          await writeAudit(transaction, requestedBy, now(), { event: 'user-erased', user: associateId });
      });
    },
  };
}

/** Entries of the audit log without sign-ins and refusals: more than a tenant has between two lists of its users. */
const maxActivity = 10_000;

/**
 * The users whom administrators erased and no list has had since, by number. Only the audit log tells: nothing is known of
 * them, so that the plan on the next list is no change.
 */
export async function listErasedUsers(db: Database, tenantId: string): Promise<ReadonlySet<number>> {
  // Ordered, so that the index `audit_log_activity` is read, not the whole log.
  const { rows } = await sql<{ associateId: number }>`
    select distinct associate_id as "associateId" from (
      select content ->> 'event' as event, (content ->> 'user')::integer as associate_id from audit_log
      where context_identifier = ${tenantId} and content ->> 'event' not in ('signed-in', 'refused')
      order by id desc limit ${maxActivity}
    ) as latest
    where event = 'user-erased' and associate_id not in (
      select associate_id from tenant_users where context_identifier = ${tenantId})`.execute(db);
  return new Set(rows.map(({ associateId }) => associateId));
}

/**
 * Whether data about a user may be stored until the transaction `db` ends. Not if the complete list of users is known,
 * does not contain the user, and the user has not signed in since it was read: then the user has left, although a session
 * may live on. `now` in ms since 1970; null requires that data about the user are stored, however old the list is.
 */
export async function mayStoreUserData(
  db: Database,
  { tenantId, associateId }: TenantUserId,
  now: number | null,
): Promise<boolean> {
  const tenant = await db
    .selectFrom('tenants')
    .select('users_read_at')
    .where('context_identifier', '=', tenantId)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (tenant === undefined) return false;
  const listedAt = tenant.users_read_at?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (now !== null && now - listedAt > listValidMs) return true;
  // A sign-in stores a snapshot; a list deletes those of users who are not on it.
  const { rows } = await sql<{ known: boolean }>`
    select exists (
      select from tenant_users
      where context_identifier = ${tenantId} and associate_id = ${associateId} and not retired
    ) or exists (
      select from license_snapshots where context_identifier = ${tenantId} and associate_id = ${associateId}
    ) as known`.execute(db);
  return rows[0]?.known === true;
}

/** A complete list of a tenant's users by number; `listed` also has those who have left and still hold a plan. */
interface CompleteList {
  readonly active: readonly number[];
  readonly listed: readonly number[];
}

/**
 * Erases everyone who is not active according to the complete list of a tenant's users, in the transaction `db`. Who has
 * left and still holds a plan stays on the list, with the plans. Keeps what was stored after the list was read, `readAt` in
 * ms since 1970.
 */
export async function eraseUnlistedUsers(
  db: Database,
  tenantId: string,
  { active, listed }: CompleteList,
  readAt: number,
): Promise<void> {
  const before = new Date(readAt);
  const { rows } = await sql<{ associateId: number }>`
    select associate_id as "associateId" from (
      select associate_id from tenant_users
        where context_identifier = ${tenantId} and (not retired or associate_id <> all(${listed}::integer[]))
      union select associate_id from user_plan_periods
        where context_identifier = ${tenantId} and associate_id <> all(${listed}::integer[])
      union select associate_id from license_snapshots
        where context_identifier = ${tenantId} and associate_id <> 0 and read_at < ${before}
      union select associate_id from license_changes
        where context_identifier = ${tenantId} and associate_id is not null
      union select associate_id from access_requests
        where context_identifier = ${tenantId} and requested_at < ${before}
      union select associate_id from user_marks
        where context_identifier = ${tenantId} and associate_id <> all(${listed}::integer[])
      union select marked_by_id from user_marks
        where context_identifier = ${tenantId} and marked_by_id is not null and marked_at < ${before}
      union select associate_id from user_pins
        where context_identifier = ${tenantId} and pinned_at < ${before}
      union select pinned_by_id from user_pins
        where context_identifier = ${tenantId} and pinned_by_id is not null and pinned_at < ${before}
      union select created_by_id from api_keys
        where context_identifier = ${tenantId} and created_by_id is not null and created_at < ${before}
      union select resolved_by_id from access_requests
        where context_identifier = ${tenantId} and resolved_by_id is not null and resolved_at < ${before}
    ) as known
    where associate_id <> all(${active}::integer[])`.execute(db);
  await eraseUsers(
    db,
    tenantId,
    rows.map(({ associateId }) => associateId),
    listed,
  );
}

/**
 * Deletes the rows about users, and their names in other rows, in the transaction `db`. Users in `listed` stay on the list,
 * with their plans.
 */
async function eraseUsers(
  db: Database,
  tenantId: string,
  associateIds: readonly number[],
  listed: readonly number[] = [],
): Promise<void> {
  if (associateIds.length === 0) return;
  const ofUsers = sql`context_identifier = ${tenantId} and associate_id = any(${associateIds}::integer[])`;
  // An earlier version stored only the name of the administrator who resolved a request.
  await sql`
    update access_requests set resolved_by = ''
    where context_identifier = ${tenantId} and (
      resolved_by_id = any(${associateIds}::integer[])
      or resolved_by_id is null and resolved_by in (select name from tenant_users where ${ofUsers}))`.execute(
    db,
  );
  await sql`update access_requests set resolved_by_id = null
    where context_identifier = ${tenantId} and resolved_by_id = any(${associateIds}::integer[])`.execute(db);
  await sql`update user_marks set marked_by_id = null
    where context_identifier = ${tenantId} and marked_by_id = any(${associateIds}::integer[])`.execute(db);
  await sql`update user_pins set pinned_by_id = null
    where context_identifier = ${tenantId} and pinned_by_id = any(${associateIds}::integer[])`.execute(db);
  await sql`update api_keys set created_by_id = null
    where context_identifier = ${tenantId} and created_by_id = any(${associateIds}::integer[])`.execute(db);
  for (const table of ['access_requests', 'license_snapshots', 'license_changes', 'user_pins'])
    await sql`delete from ${sql.table(table)} where ${ofUsers}`.execute(db);
  for (const table of ['tenant_users', 'user_plan_periods', 'user_marks'])
    await sql`
      delete from ${sql.table(table)}
      where ${ofUsers} and associate_id <> all(${listed}::integer[])`.execute(db);
  await sql`update audit_log set address = null where ${ofUsers} and address is not null`.execute(db);
  await sql`
    delete from session_exchange_codes where context_identifier = ${tenantId}
      and (session ->> 'associateId')::integer = any(${associateIds}::integer[])`.execute(db);
  await publishRemovals(
    db,
    associateIds.map((associateId) => `${tenantId}/${associateId}`),
  );
}
