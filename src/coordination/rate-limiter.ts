import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';

/**
 * So many calls a tenant may get in any second, by all processes together: a checklist of SuperOffice's
 * (docs/superoffice/web-api.md#4-limits-and-performance).
 */
export const callsPerSecond = 10;
/** A call takes a while from its place to SuperOffice, and not each as long: a quarter of a second is kept free for that, ms. */
const windowMs = 1_250;
/** Whoever would have to wait longer, ms, is not let in: those before need the time. */
export const maxCallWaitMs = 10_000;

/**
 * Takes a place among a tenant's calls. @returns how long to wait before calling, ms; null where too many wait, or the
 * tenant is not installed. The database's clock counts, so the processes' may differ.
 */
export type AcquireCall = (tenantId: string) => Promise<number | null>;

/** The calls of each tenant: in the row are the moments of the last ten, the next comes so long after the first. */
export function createRateLimiter({ db }: { db: Database }): AcquireCall {
  async function take(tenantId: string): Promise<number | null> {
    const { rows } = await sql<{ wait: number }>`
      update rate_limits
      set recent = (recent || greatest(clock_timestamp(), recent[1] + ${span(windowMs)}))[2:]
      where context_identifier = ${tenantId}
        and recent[1] + ${span(windowMs)} < clock_timestamp() + ${span(maxCallWaitMs)}
      returning (extract(epoch from recent[${callsPerSecond}::int] - clock_timestamp()) * 1000)::float as wait`.execute(
      db,
    );
    const [row] = rows;
    return row === undefined ? null : Math.max(0, row.wait);
  }

  async function open(tenantId: string): Promise<void> {
    await sql`
      insert into rate_limits (context_identifier, recent)
      select context_identifier, array_fill('-infinity'::timestamptz, array[${callsPerSecond}::int])
      from tenants where context_identifier = ${tenantId}
      on conflict (context_identifier) do nothing`.execute(db);
  }

  return async (tenantId) => {
    const wait = await take(tenantId);
    if (wait !== null) return wait;
    // Nobody has called it yet, or another was first just now, or too many wait.
    await open(tenantId);
    return take(tenantId);
  };
}

function span(ms: number): RawBuilder<unknown> {
  return sql`${ms} * interval '1 millisecond'`;
}
