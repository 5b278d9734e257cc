import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { TenantLicenses } from '../licensing/licenses/license-data.ts';
import type { SeatNumbers } from '../licensing/plans/seat-numbers.ts';
import type { Snapshot } from './snapshot-store.ts';

/** Which recorded seats to read: since a day (`YYYY-MM-DD` in UTC), of one plan by its module; null for all plans. */
export interface SeatCountQuery {
  readonly since: string;
  readonly module: string | null;
}

/** The seats of a day; a number is null if it was not reported, unlimited or billed by use, for one of several plans too. */
export interface SeatsOfDay {
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string;
  readonly purchased: number | null;
  readonly inUse: number | null;
}

/** The seats of each plan of a tenant, day by day. */
export interface SeatCountStore {
  /** Records the seats of license data for the day on which they were read, in place of an earlier read of that day. */
  record(tenantId: string, licenses: Snapshot<TenantLicenses>): Promise<void>;
  /** The sums of each day on which licenses were read, in the order of the days. */
  sumByDay(tenantId: string, query: SeatCountQuery): Promise<readonly SeatsOfDay[]>;
  /** The seats of each day and plan, in this order. */
  list(tenantId: string, query: SeatCountQuery): AsyncIterable<SeatsOfDay & { readonly module: string }>;
  /** What is recorded of a tenant: the first day (null for none), and the modules of all plans since a day. */
  describe(
    tenantId: string,
    since: string,
  ): Promise<{ readonly firstDay: string | null; readonly modules: readonly string[] }>;
}

/** Rows of `list` that are read at once. */
const rowsPerRead = 2_000;

/** @param deps.count the seats of each plan of a tenant */
export function createSeatCountStore({
  db,
  count,
}: {
  db: Database;
  count: (licenses: TenantLicenses) => readonly SeatNumbers[];
}): SeatCountStore {
  const rowsOf = (tenantId: string, { since, module }: SeatCountQuery) => sql`
    context_identifier = ${tenantId} and day >= ${since}
    and ${module === null ? sql`true` : sql`module = ${module}`}`;

  return {
    async record(tenantId, { content, readAt }) {
      const day = new Date(readAt).toISOString().slice(0, 10);
      const seats = JSON.stringify(count(content));
      // Nothing for a tenant that was removed meanwhile, and no new version of a row that stays the same from hour to hour.
      await sql`
        with counted as (
          select * from jsonb_to_recordset(${seats}::jsonb) as seats(module text, purchased integer, "inUse" integer)
        ), gone as (
          delete from seat_counts
          where context_identifier = ${tenantId} and day = ${day} and module not in (select module from counted)
        )
        insert into seat_counts as stored (context_identifier, day, module, purchased, in_use)
        select context_identifier, ${day}, counted.module, counted.purchased, counted."inUse"
        from tenants, counted where context_identifier = ${tenantId}
        on conflict (context_identifier, day, module) do update
          set purchased = excluded.purchased, in_use = excluded.in_use
          where (stored.purchased, stored.in_use) is distinct from (excluded.purchased, excluded.in_use)`.execute(
        db,
      );
    },

    async sumByDay(tenantId, query) {
      const { rows } = await sql<SeatsOfDay>`
        select day,
          case when count(*) = count(purchased) then sum(purchased)::integer end as purchased,
          case when count(*) = count(in_use) then sum(in_use)::integer end as "inUse"
        from seat_counts where ${rowsOf(tenantId, query)}
        group by day order by day`.execute(db);
      return rows;
    },

    async *list(tenantId, query) {
      let rows: readonly (SeatsOfDay & { readonly module: string })[] = [];
      do {
        const last = rows.at(-1);
        const behind = last === undefined ? sql`true` : sql`(day, module) > (${last.day}, ${last.module})`;
        const read = await sql<(typeof rows)[number]>`
          select day, module, purchased, in_use as "inUse"
          from seat_counts where ${rowsOf(tenantId, query)} and ${behind}
          order by day, module limit ${rowsPerRead}`.execute(db);
        rows = read.rows;
        yield* rows;
      } while (rows.length === rowsPerRead);
    },

    async describe(tenantId, since) {
      const { rows } = await sql<{ firstDay: string | null; modules: readonly string[] }>`
        select
          (select min(day) from seat_counts where context_identifier = ${tenantId}) as "firstDay",
          array(
            select distinct module from seat_counts
            where ${rowsOf(tenantId, { since, module: null })} order by module
          ) as modules`.execute(db);
      return { firstDay: rows[0]?.firstDay ?? null, modules: rows[0]?.modules ?? [] };
    },
  };
}
