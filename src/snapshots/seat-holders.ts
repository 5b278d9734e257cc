import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { SeatHolder } from '../licensing/advice/reclaim-candidates.ts';
import { toMarkKind, type UserMark } from '../tenants/user-mark-store.ts';

/** A listed user with what decides about their seat. */
export interface ListedHolder extends SeatHolder {
  readonly associateId: number;
  readonly name: string;
  /** The name as lists order it. */
  readonly foldedName: string;
  /** Null for a user without a mark that is in force. */
  readonly mark: UserMark | null;
}

/** All listed users of a tenant. A mark that ended before `today` (`YYYY-MM-DD` in UTC) counts no more. */
export type ListSeatHolders = (tenantId: string, today: string) => Promise<readonly ListedHolder[]>;

/**
 * The listed users of a tenant who have left, and when the first list of all its users was read, ms since 1970; infinite
 * without users. Marks as for `ListSeatHolders`.
 */
export type ListRetiredHolders = (
  tenantId: string,
  today: string,
) => Promise<{ readonly users: readonly ListedHolder[]; readonly firstListAt: number }>;

/** Creates the list over `tenant_users` and `user_marks`. */
export function createListSeatHolders({ db }: { db: Database }): ListSeatHolders {
  return (tenantId, today) => listHolders(db, { tenantId, today, condition: sql`true` });
}

/** Creates the list over `tenant_users` and `user_marks`. */
export function createListRetiredHolders({ db }: { db: Database }): ListRetiredHolders {
  return async (tenantId, today) => {
    const [users, first] = await Promise.all([
      listHolders(db, { tenantId, today, condition: sql`listed.retired` }),
      db
        .selectFrom('tenant_users')
        .select(({ fn }) => fn.min('listed_since').as('at'))
        .where('context_identifier', '=', tenantId)
        .executeTakeFirst(),
    ]);
    return { users, firstListAt: first?.at?.getTime() ?? Infinity };
  };
}

async function listHolders(
  db: Database,
  query: { readonly tenantId: string; readonly today: string; readonly condition: RawBuilder<unknown> },
): Promise<readonly ListedHolder[]> {
  const { tenantId, today, condition } = query;
  const { rows } = await sql<Row>`
      select listed.associate_id as "associateId", listed.name, listed.folded_name as "foldedName",
        listed.user_plan as "userPlan", listed.retired, listed.can_log_in as "canLogIn",
        listed.waiting_for_approval as "waitingForApproval", listed.waiting_since as "waitingSince",
        listed.login_reported as "loginReported", listed.last_login_at as "lastLoginAt",
        listed.listed_since as "listedSince", mark.kind, mark.note, mark.until,
        mark.marked_at as "markedAt", marker.name as "markedBy"
      from tenant_users as listed
      left join user_marks as mark on mark.context_identifier = listed.context_identifier
        and mark.associate_id = listed.associate_id and coalesce(mark.until, ${today}) >= ${today}
      left join tenant_users as marker on marker.context_identifier = mark.context_identifier
        and marker.associate_id = mark.marked_by_id
      where listed.context_identifier = ${tenantId} and ${condition}`.execute(db);
  return rows.map(({ kind, note, until, markedAt, markedBy, ...user }) => ({
    ...user,
    isKept: kind !== null,
    mark: kind === null ? null : { kind: toMarkKind(kind), note, until, markedAt, markedBy },
  }));
}

/** A user and their mark; all columns of the mark are null without one. */
type Row = Omit<ListedHolder, 'mark' | 'isKept'> & Omit<UserMark, 'kind'> & { readonly kind: string | null };
