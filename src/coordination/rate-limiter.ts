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
/** The same for a call that its page can do without, ms. */
export const maxSoonWaitMs = 1_500;
/** Of the calls of a second, those that a call from the spare ones leaves to the others. */
const sparedCalls = 2;

/**
 * Which of the coming calls a call may take. `any`: the next one within ten seconds. `soon`: the next one within 1.5 seconds,
 * for what a page can do without. `spare`: one at once that leaves `sparedCalls` to the others, for what nobody waits for.
 */
type CallTurn = 'any' | 'soon' | 'spare';

/**
 * Reserves a call to a tenant. @returns the time to wait before the call, ms; null when too many calls wait, or the tenant is not installed
 */
export type AcquireCall = (tenantId: string, turn?: CallTurn) => Promise<number | null>;

/** Which of the last calls, from the oldest, must be a second ago, and after which wait, ms. */
const limitsByTurn: Readonly<Record<CallTurn, { readonly oldest: number; readonly maxWaitMs: number }>> = {
  any: { oldest: 1, maxWaitMs: maxCallWaitMs },
  soon: { oldest: 1, maxWaitMs: maxSoonWaitMs },
  spare: { oldest: 1 + sparedCalls, maxWaitMs: 0 },
};

/**
 * Creates the rate limiter of all tenants. `rate_limits.recent` has the start times of a tenant's last ten calls, oldest
 * first, so the next call may start one window after `recent[1]`. Example: ten calls reserved at 12:00:00.000 start at
 * once, the eleventh at 12:00:01.250. Times come from the database clock, so the clocks of the processes may differ.
 */
export function createRateLimiter({ db }: { db: Database }): AcquireCall {
  /** Appends the start of the next call and drops the oldest, in one statement. */
  async function reserve(tenantId: string, turn: CallTurn): Promise<number | null> {
    const { oldest, maxWaitMs } = limitsByTurn[turn];
    const { rows } = await sql<{ wait: number }>`
      update rate_limits
      set recent = (recent || greatest(clock_timestamp(), recent[1] + ${toInterval(windowMs)}))[2:]
      where context_identifier = ${tenantId}
        and recent[${oldest}::int] + ${toInterval(windowMs)} < clock_timestamp() + ${toInterval(maxWaitMs)}
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

  return async (tenantId, turn = 'any') => {
    const wait = await reserve(tenantId, turn);
    if (wait !== null) return wait;
    // Either too many calls wait, or the tenant has no row yet.
    const isNew = await insertRow(tenantId);
    // Another process may have inserted it at the same time.
    return isNew || turn !== 'spare' ? reserve(tenantId, turn) : null;
  };
}

function toInterval(ms: number): RawBuilder<unknown> {
  return sql`${ms} * interval '1 millisecond'`;
}
