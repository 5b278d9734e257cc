import { sql } from 'kysely';
import type { Lock } from '../coordination/advisory-locks.ts';
import type { Database } from '../database/database.ts';
import type { LicenseChange } from '../licensing/licenses/license-diff.ts';
import type { UserLogin } from '../superoffice/api/user-logins.ts';
import { lockTenant } from '../tenants/lock-tenant.ts';
import { eraseUnlistedUsers, listErasedUsers } from '../tenants/user-data.ts';
import { saveLicenseChanges } from './license-history.ts';

/** A user of a tenant as of the last reconciliation. */
export interface TenantUser {
  readonly associateId: number;
  readonly name: string;
  readonly userPlan: string;
  /** Null if it is not reported. */
  readonly canLogIn: boolean | null;
  /** The user has left and still holds a plan. Such a user has no session, and no data but the list is kept. */
  readonly retired: boolean;
}

/** What the last list of users says about an active user. */
export interface ListedUser extends Pick<TenantUser, 'name' | 'userPlan'> {
  /** When the list was read, ms since 1970. */
  readonly readAt: number;
}

/** How a list of users was read. */
interface UserListRead {
  /** When the read started, ms since 1970. */
  readonly readAt: number;
  /** False if a row could not be read: then nobody is known to be missing. */
  readonly isComplete: boolean;
}

/**
 * The users of each tenant with their plans: the active ones, to detect changes between two reconciliations and who has
 * left, and those who have left and still hold a plan.
 */
export interface UserStore {
  listByTenant(tenantId: string): Promise<TenantUser[]>;
  /** When the users of a tenant were last read, ms since 1970; 0 for never. */
  lastReadAt(tenantId: string): Promise<number>;
  /** An active user on the last list; null if it does not contain the user. */
  findListed(tenantId: string, associateId: number): Promise<ListedUser | null>;
  /** The first `limit` users in the order of their names. */
  listByName(tenantId: string, limit: number): Promise<Pick<TenantUser, 'associateId' | 'name'>[]>;
  /** The users whom administrators erased and no list has had since, by number. */
  listErased(tenantId: string): Promise<ReadonlySet<number>>;
  /**
   * Replaces the users of a tenant by a list, records the changes and plans of those on it, and erases all data about
   * anyone else if the list is complete, in one transaction under the lock of the users. Of users who have left and still
   * hold a plan, only the list and the plans are kept. Users who were erased are listed as on a first list.
   */
  replace(
    tenantId: string,
    users: readonly TenantUser[],
    changes: readonly { readonly associateId: number; readonly change: LicenseChange }[],
    read: UserListRead,
    lock: Lock,
  ): Promise<void>;
  /** The highest number of a listed user; 0 if none is listed. */
  highestId(tenantId: string): Promise<number>;
  /** Saves the logins of the listed users, read at `readAt` (ms since 1970); null if SuperOffice does not report them. */
  saveLogins(tenantId: string, logins: readonly UserLogin[] | null, readAt: number): Promise<void>;
}

/** Users per statement, so that each ends within its timeout. */
const usersPerStatement = 5_000;

/** Users on the first list of a tenant from which on the statistics of the table are renewed. */
const manyUsers = 1_000;

/** Creates the store over `tenant_users`. */
export function createUserStore({ db }: { db: Database }): UserStore {
  return {
    async listByTenant(tenantId) {
      const rows = await db
        .selectFrom('tenant_users')
        .select(['associate_id', 'name', 'user_plan', 'can_log_in', 'retired'])
        .where('context_identifier', '=', tenantId)
        .execute();
      return rows.map((row) => ({
        associateId: row.associate_id,
        name: row.name,
        userPlan: row.user_plan,
        canLogIn: row.can_log_in,
        retired: row.retired,
      }));
    },

    async lastReadAt(tenantId) {
      const row = await db
        .selectFrom('tenants')
        .select('users_read_at')
        .where('context_identifier', '=', tenantId)
        .executeTakeFirst();
      return row?.users_read_at?.getTime() ?? 0;
    },

    async findListed(tenantId, associateId) {
      const row = await db
        .selectFrom('tenant_users as user')
        .innerJoin('tenants as tenant', 'tenant.context_identifier', 'user.context_identifier')
        .select(['user.name', 'user.user_plan', 'tenant.users_read_at'])
        .where('user.context_identifier', '=', tenantId)
        .where('user.associate_id', '=', associateId)
        .where('user.retired', '=', false)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { name: row.name, userPlan: row.user_plan, readAt: row.users_read_at?.getTime() ?? 0 };
    },

    listByName: (tenantId, limit) =>
      db
        .selectFrom('tenant_users')
        .select(['associate_id as associateId', 'name'])
        .where('context_identifier', '=', tenantId)
        .orderBy('name')
        .limit(limit)
        .execute(),

    listErased: (tenantId) => listErasedUsers(db, tenantId),

    async replace(tenantId, users, changes, { readAt, isComplete }, lock) {
      const active = users.filter(({ retired }) => !retired).map(({ associateId }) => associateId);
      const isActive = new Set(active);
      const isFirst = await lock.transaction(async (transaction) => {
        // First, because it locks the tenant against saving data about a user who is not listed any more.
        await transaction
          .updateTable('tenants')
          .set({ users_read_at: new Date(readAt) })
          .where('context_identifier', '=', tenantId)
          .execute();
        const listed = users.map(({ associateId }) => associateId);
        // The users on the first list have had their plans for an unknown time.
        const hasList = await hasUsers(transaction, tenantId);
        const planSince = hasList ? new Date(readAt) : null;
        const erased = await listErasedUsers(transaction, tenantId);
        if (isComplete) await eraseUnlistedUsers(transaction, tenantId, { active, listed }, readAt);
        await saveUsers(transaction, tenantId, users, { readAt, planSince, erased });
        await savePlanPeriods(transaction, tenantId, readAt);
        for (const { associateId, change } of changes) {
          // Someone may have been erased since the changes were found.
          if (!isActive.has(associateId) || erased.has(associateId)) continue;
          await saveLicenseChanges(transaction, { tenantId, associateId, detectedAt: readAt }, [change]);
        }
        return !hasList;
      });
      // Until autovacuum does it, PostgreSQL would expect a handful of users and join the list row by row. A role that does
      // not own the table gets a warning.
      if (isFirst && users.length >= manyUsers) await sql`analyze (skip_locked) tenant_users`.execute(db);
    },

    async highestId(tenantId) {
      const row = await db
        .selectFrom('tenant_users')
        .select(({ fn }) => fn.max('associate_id').as('highest'))
        .where('context_identifier', '=', tenantId)
        .executeTakeFirst();
      return row?.highest ?? 0;
    },

    async saveLogins(tenantId, logins, readAt) {
      await db.transaction().execute(async (transaction) => {
        // Excludes a list that is being replaced, whose rows are locked in another order.
        await lockTenant(transaction, tenantId);
        if (logins === null) await forgetLogins(transaction, tenantId);
        else await updateLogins(transaction, tenantId, logins, readAt);
      });
    },
  };
}

async function hasUsers(db: Database, tenantId: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from tenant_users where context_identifier = ${tenantId}) as found`.execute(db);
  return rows[0]?.found === true;
}

/**
 * Saves the list of a tenant's users in the transaction `db`, and deletes who is not on it. A user who stays keeps the
 * times since when the list has them and their plan. `readAt` in ms since 1970; `planSince` is that of new users
 * except the `erased` ones, of whom it is unknown.
 */
async function saveUsers(
  db: Database,
  tenantId: string,
  users: readonly TenantUser[],
  { readAt, planSince, erased }: { readAt: number; planSince: Date | null; erased: ReadonlySet<number> },
): Promise<void> {
  const listed = users.map(({ associateId }) => associateId);
  await sql`
    delete from tenant_users
    where context_identifier = ${tenantId} and associate_id <> all(${listed}::integer[])`.execute(db);
  const at = new Date(readAt);
  for (let from = 0; from < users.length; from += usersPerStatement) {
    await sql`
      insert into tenant_users as stored
        (context_identifier, associate_id, name, user_plan, can_log_in, retired, listed_since, plan_since)
      select ${tenantId}, "associateId", name, "userPlan", "canLogIn", retired, ${at}::timestamptz,
        case when "associateId" <> all(${[...erased]}::integer[]) then ${planSince}::timestamptz end
      from jsonb_to_recordset(${JSON.stringify(users.slice(from, from + usersPerStatement))}::jsonb)
        as listed("associateId" integer, name text, "userPlan" text, "canLogIn" boolean, retired boolean)
      on conflict (context_identifier, associate_id) do update set
        name = excluded.name, user_plan = excluded.user_plan, can_log_in = excluded.can_log_in,
        retired = excluded.retired,
        plan_since = case when stored.user_plan = excluded.user_plan then stored.plan_since else ${at}::timestamptz end
      where (stored.name, stored.user_plan, stored.can_log_in, stored.retired)
        is distinct from (excluded.name, excluded.user_plan, excluded.can_log_in, excluded.retired)`.execute(
      db,
    );
  }
}

/** Ends the periods of plans that the listed users no longer have, and begins those of new ones. */
async function savePlanPeriods(db: Database, tenantId: string, readAt: number): Promise<void> {
  const at = new Date(readAt);
  await sql`
    update user_plan_periods as period set ended_at = ${at}
    from tenant_users as listed
    where period.context_identifier = ${tenantId} and period.ended_at is null
      and listed.context_identifier = period.context_identifier
      and listed.associate_id = period.associate_id and listed.user_plan <> period.user_plan`.execute(db);
  await sql`
    insert into user_plan_periods (context_identifier, associate_id, user_plan, began_at)
    select listed.context_identifier, listed.associate_id, listed.user_plan, ${at}
    from tenant_users as listed
    where listed.context_identifier = ${tenantId} and not exists (
      select from user_plan_periods as period
      where period.context_identifier = listed.context_identifier
        and period.associate_id = listed.associate_id and period.ended_at is null)`.execute(db);
}

async function updateLogins(
  db: Database,
  tenantId: string,
  logins: readonly UserLogin[],
  readAt: number,
): Promise<void> {
  const at = new Date(readAt);
  for (let from = 0; from < logins.length; from += usersPerStatement) {
    await sql`
      update tenant_users as stored set
        login_reported = login."loginReported",
        last_login_at = to_timestamp(login."lastLoginAt" / 1000.0),
        waiting_for_approval = login."waitingForApproval",
        waiting_since = case when login."waitingForApproval" then coalesce(stored.waiting_since, ${at}::timestamptz) end
      from jsonb_to_recordset(${JSON.stringify(logins.slice(from, from + usersPerStatement))}::jsonb) as login(
        "associateId" integer, "loginReported" boolean, "lastLoginAt" bigint, "waitingForApproval" boolean)
      where stored.context_identifier = ${tenantId} and stored.associate_id = login."associateId"
        and (
          stored.login_reported, stored.last_login_at, stored.waiting_for_approval, stored.waiting_since is not null
        ) is distinct from (
          login."loginReported", to_timestamp(login."lastLoginAt" / 1000.0), login."waitingForApproval",
          coalesce(login."waitingForApproval", false)
        )`.execute(db);
  }
}

async function forgetLogins(db: Database, tenantId: string): Promise<void> {
  await sql`
    update tenant_users set login_reported = false, last_login_at = null,
      waiting_for_approval = null, waiting_since = null
    where context_identifier = ${tenantId} and (login_reported or waiting_for_approval is not null)`.execute(
    db,
  );
}
