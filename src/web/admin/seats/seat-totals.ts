import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { SeatCount } from '../../../licensing/plans/plan-seats.ts';

/** The seats of all plans together. A number is null if it is not reported for one of them. */
export interface SeatTotals {
  readonly purchased: SeatCount | null;
  readonly inUse: number | null;
  /** The free seats of all plans; a plan with too many seats in use takes no free seat of another. */
  readonly free: SeatCount | null;
  /** Seats in use above those purchased, by plan. */
  readonly excess: number;
}

/** Adds up the seats of a tenant's CRM Suite plan, or else of its user plans; null if no seats are known. */
export function seatTotals(plans: TenantEntitlements): SeatTotals | null {
  const suite = plans.suiteSeats(null);
  const rows = suite.valid ? [{ ...suite, inUse: suite.used }] : plans.planSeats();
  if (rows.length === 0) return null;
  const free = rows.map((row) => row.free);
  return {
    purchased: sum(rows.map((row) => row.purchased)),
    inUse: rows.reduce<number | null>((total, { inUse }) => addKnown(total, inUse), 0),
    free: sum(free.map((count) => (typeof count === 'number' ? Math.max(count, 0) : count))),
    excess: free.reduce<number>(
      (total, count) => total + (typeof count === 'number' ? Math.max(-count, 0) : 0),
      0,
    ),
  };
}

/** One number that is not reported, unlimited or billed by use makes the sum so, in this order. */
function sum(counts: readonly (SeatCount | null)[]): SeatCount | null {
  if (counts.includes(null)) return null;
  if (counts.includes('unlimited')) return 'unlimited';
  if (counts.includes('by-use')) return 'by-use';
  return counts.reduce<number>((total, count) => total + Number(count), 0);
}

function addKnown(total: number | null, count: number | null): number | null {
  return total === null || count === null ? null : total + count;
}
