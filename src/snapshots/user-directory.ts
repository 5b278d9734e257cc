import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { markKinds } from '../tenants/user-mark-store.ts';

/** Whether a user can use their plan; `unknown` if SuperOffice does not report it. */
export const userStates = ['can-log-in', 'cannot-log-in', 'waiting', 'retired', 'unknown'] as const;
type UserState = (typeof userStates)[number];

/** What administrators noted about a user: a mark that is in force, or a pinned plan. */
export const userFlags = [...markKinds, 'pinned'] as const;
export type UserFlag = (typeof userFlags)[number];

/** A listed user as administrators see them. */
export interface DirectoryUser {
  readonly associateId: number;
  readonly name: string;
  /** The text of the archive. */
  readonly userPlan: string;
  readonly state: UserState;
  /** Whether SuperOffice reports logins; then no `lastLoginAt` means that there was none. */
  readonly loginReported: boolean;
  readonly lastLoginAt: Date | null;
  /** When a list first had the user. */
  readonly listedSince: Date;
  /** When a list first had the plan; null if the first one did. */
  readonly planSince: Date | null;
  readonly openRequests: number;
  readonly flags: readonly UserFlag[];
}

/** What users can be ordered by. */
export const userOrders = [
  'name',
  'plan',
  'state',
  'last-login',
  'plan-since',
  'requests',
  'missing',
] as const;
export type UserOrder = (typeof userOrders)[number];

/** Which users to list, and in which order. */
export interface DirectoryQuery {
  /** Folded words (`foldTypedWords`), each of which the name must contain. */
  readonly words: readonly string[];
  /** Texts of plans; null for all. */
  readonly plans: readonly string[] | null;
  /** Null for all. */
  readonly state: UserState | null;
  /** Only users with an open access request. */
  readonly withRequests: boolean;
  /** Only users with any of these; all users without it. */
  readonly flags?: readonly UserFlag[] | undefined;
  readonly orderBy: UserOrder;
  readonly descending: boolean;
  /** Texts of plans in their order, for `orderBy: 'plan'` and `'missing'`; users with any other come last. */
  readonly planOrder: readonly string[];
}

/** The number of users who have a plan, a state, an open request or none, and the same flags. */
export interface UserGroup {
  readonly userPlan: string;
  readonly state: UserState;
  readonly hasRequests: boolean;
  readonly flags: readonly UserFlag[];
  readonly count: number;
}

/** A time in which a user had a plan, as far as it was recorded. */
export interface PlanPeriod {
  readonly userPlan: string;
  /** When a list first had it. */
  readonly beganAt: Date;
  /** When a list first had another; null for the current plan. */
  readonly endedAt: Date | null;
}

/** The listed users of each tenant, for administrators. */
export interface UserDirectory {
  /** The numbers of the users whose name has these words, from which any other filter can be counted. */
  groups(tenantId: string, words: readonly string[]): Promise<readonly UserGroup[]>;
  list(
    tenantId: string,
    query: DirectoryQuery,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<readonly DirectoryUser[]>;
  /** Null for a user who is not listed. */
  find(tenantId: string, associateId: number): Promise<DirectoryUser | null>;
  /** The texts of the plans of these users, by user; a user who is not listed has none. */
  planTexts(tenantId: string, associateIds: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Newest first. */
  planPeriods(tenantId: string, associateId: number): Promise<readonly PlanPeriod[]>;
}

const state = sql<UserState>`case
  when retired then 'retired'
  when waiting_for_approval then 'waiting'
  when can_log_in then 'can-log-in'
  when not can_log_in then 'cannot-log-in'
  else 'unknown' end`;

/**
 * Creates the directory over `tenant_users`, with what administrators noted about the users.
 *
 * @param deps.now the current time, ms since 1970
 */
export function createUserDirectory({ db, now }: { db: Database; now: () => number }): UserDirectory {
  const users = (tenantId: string, condition: RawBuilder<unknown>) =>
    describedUsers({ tenantId, condition, today: new Date(now()).toISOString().slice(0, 10) });

  return {
    async groups(tenantId, words) {
      const { rows } = await sql<UserGroup>`
        select "userPlan", state, "openRequests" > 0 as "hasRequests", flags, count(*)::integer as count
        from (${users(tenantId, matchesWords(words))}) as found
        group by 1, 2, 3, 4`.execute(db);
      return rows;
    },

    async list(tenantId, query, { limit, offset }) {
      const { rows } = await sql<DirectoryUser>`
        select "associateId", name, "userPlan", state, "loginReported", "lastLoginAt", "listedSince",
          "planSince", "openRequests", flags
        from (${users(tenantId, matches(query))}) as found
        where ${query.withRequests ? sql`"openRequests" > 0` : sql`true`}
          and ${query.flags === undefined ? sql`true` : sql`flags && ${query.flags}::text[]`}
        order by ${order(query)}, folded_name, "associateId"
        limit ${limit} offset ${offset}`.execute(db);
      return rows;
    },

    async find(tenantId, associateId) {
      const { rows } = await sql<DirectoryUser>`
        ${users(tenantId, sql`listed.associate_id = ${associateId}`)}`.execute(db);
      return rows[0] ?? null;
    },

    async planTexts(tenantId, associateIds) {
      const rows = await db
        .selectFrom('tenant_users')
        .select(['associate_id', 'user_plan'])
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', sql<number>`any(${associateIds}::integer[])`)
        .execute();
      return new Map(rows.map(({ associate_id, user_plan }) => [associate_id, user_plan]));
    },

    async planPeriods(tenantId, associateId) {
      const rows = await db
        .selectFrom('user_plan_periods')
        .select(['user_plan as userPlan', 'began_at as beganAt', 'ended_at as endedAt'])
        .where('context_identifier', '=', tenantId)
        .where('associate_id', '=', associateId)
        .orderBy('id', 'desc')
        .execute();
      return rows;
    },
  };
}

/**
 * The listed users of a tenant that meet a condition, each with the number of open access requests and with flags. A kind of
 * mark that only a later version knows keeps the seat as well.
 */
function describedUsers({
  tenantId,
  condition,
  today,
}: {
  readonly tenantId: string;
  readonly condition: RawBuilder<unknown>;
  readonly today: string;
}): RawBuilder<unknown> {
  return sql`
    select listed.associate_id as "associateId", name, user_plan as "userPlan", ${state} as state,
      login_reported as "loginReported", last_login_at as "lastLoginAt", listed_since as "listedSince",
      plan_since as "planSince", coalesce(requests.count, 0) as "openRequests", folded_name,
      array_remove(array[
        case when mark.kind = any(${[...markKinds]}::text[]) then mark.kind when mark.kind is not null then 'keep' end,
        case when pin.kind is not null then 'pinned' end
      ], null) as flags
    from tenant_users as listed
    left join (
      select associate_id, count(*)::integer as count from access_requests
      where context_identifier = ${tenantId} and state = 'open' group by associate_id
    ) as requests on requests.associate_id = listed.associate_id
    left join user_marks as mark on mark.context_identifier = listed.context_identifier
      and mark.associate_id = listed.associate_id and coalesce(mark.until, ${today}) >= ${today}
    left join user_pins as pin on pin.context_identifier = listed.context_identifier
      and pin.associate_id = listed.associate_id
    where listed.context_identifier = ${tenantId} and ${condition}`;
}

function matches({ words, plans, state: wanted }: DirectoryQuery): RawBuilder<unknown> {
  return sql`${matchesWords(words)}
    and ${plans === null ? sql`true` : sql`user_plan = any(${plans}::text[])`}
    and ${wanted === null ? sql`true` : sql`${state} = ${wanted}`}`;
}

/** Folded words have only letters and digits, so none is a wildcard. */
function matchesWords(words: readonly string[]): RawBuilder<unknown> {
  const patterns = words.map((word) => `%${word}%`);
  return sql`folded_name like all(${patterns}::text[])`;
}

/**
 * Whatever is not reported comes last. A user who has never logged in comes before all logins, and a plan from before our
 * records before all dates.
 */
function order({ orderBy, descending, planOrder }: DirectoryQuery): RawBuilder<unknown> {
  const direction = descending ? sql`desc nulls last` : sql`asc nulls first`;
  switch (orderBy) {
    case 'name':
      return sql`folded_name ${direction}`;
    case 'plan':
    case 'missing':
      return sql`not "userPlan" = any(${planOrder}::text[]),
        array_position(${planOrder}::text[], "userPlan") ${direction}`;
    case 'state':
      return sql`array_position(${[...userStates]}::text[], state) ${direction}`;
    case 'last-login':
      return sql`not "loginReported", "lastLoginAt" ${direction}`;
    case 'plan-since':
      return sql`"planSince" ${direction}`;
    case 'requests':
      return sql`"openRequests" ${direction}`;
  }
}
