import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';

/**
 * The maximum number of calls to one tenant within any second, over all processes, as SuperOffice's checklist requires
 * (docs/superoffice/web-api.md#4-limits-and-performance).
 */
export const callsPerSecond = 10;
/** The second plus a margin, ms: calls take different times on their way to SuperOffice. */
const windowMs = 1_250;
/** A call that would have to wait longer is rejected, ms. */
export const maxCallWaitMs = 10_000;
/** Of the calls of a second, those that a call with `onlyIfSpare` leaves to the others. */
export const sparedCalls = 2;

/**
 * Reserves a call to a tenant. With `onlyIfSpare`, for what nobody waits for, only one that may start at once and leaves
 * `sparedCalls` to the others.
 * @returns the time to wait before the call, ms; null when too many calls wait, or the tenant is not installed
 */
export type AcquireCall = (tenantId: string, onlyIfSpare?: boolean) => Promise<number | null>;

/**
 * Creates the rate limiter of all tenants. `rate_limits.recent` has the start times of a tenant's last ten calls, oldest
 * first, so the next call may start one window after `recent[1]`. Example: ten calls reserved at 12:00:00.000 start at
 * once, the eleventh at 12:00:01.250. Times come from the database clock, so the clocks of the processes may differ.
 */
export function createRateLimiter({ db }: { db: Database }): AcquireCall {
  /** Appends the start of the next call and drops the oldest, in one statement. */
  async function reserve(tenantId: string, onlyIfSpare: boolean): Promise<number | null> {
    const mayReserve = onlyIfSpare
      ? sql`recent[${sparedCalls + 1}::int] + ${toInterval(windowMs)} < clock_timestamp()`
      : sql`recent[1] + ${toInterval(windowMs)} < clock_timestamp() + ${toInterval(maxCallWaitMs)}`;
    const { rows } = await sql<{ wait: number }>`
      update rate_limits
      set recent = (recent || greatest(clock_timestamp(), recent[1] + ${toInterval(windowMs)}))[2:]
      where context_identifier = ${tenantId}
        and ${mayReserve}
      returning (extract(epoch from recent[${callsPerSecond}::int] - clock_timestamp()) * 1000)::float as wait`.execute(
      db,
    );
    const [row] = rows;
    return row === undefined ? null : Math.max(0, row.wait);
  }

  /** @returns false if the row was there, or the tenant is not installed */
  async function insertRow(tenantId: string): Promise<boolean> {
    const { numAffectedRows = 0n } = await sql`
      insert into rate_limits (context_identifier, recent)
      select context_identifier, array_fill('-infinity'::timestamptz, array[${callsPerSecond}::int])
      from tenants where context_identifier = ${tenantId}
      on conflict (context_identifier) do nothing`.execute(db);
    return numAffectedRows > 0n;
  }

  return async (tenantId, onlyIfSpare = false) => {
    const wait = await reserve(tenantId, onlyIfSpare);
    if (wait !== null) return wait;
    // Either too many calls wait, or the tenant has no row yet.
    const isNew = await insertRow(tenantId);
    return isNew || !onlyIfSpare ? reserve(tenantId, onlyIfSpare) : null;
  };
}

function toInterval(ms: number): RawBuilder<unknown> {
  return sql`${ms} * interval '1 millisecond'`;
}
