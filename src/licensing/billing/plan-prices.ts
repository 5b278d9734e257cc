import type { Amount } from './amounts.ts';

/** For what time a price is. */
export const pricePeriods = ['month', 'year'] as const;
export type PricePeriod = (typeof pricePeriods)[number];

/** What a tenant pays for one seat. */
export interface PlanPrice {
  readonly amount: Amount;
  readonly period: PricePeriod;
}

/** The prices that the administrators of a tenant entered, by plan; no price is SuperOffice's. */
export interface PlanPrices {
  /** ISO 4217, such as `NOK`. */
  readonly currency: string;
  /** By the key of a user plan or of a CRM Suite plan. */
  readonly byPlan: ReadonlyMap<string, PlanPrice>;
}

/** A number of seats; null if it is not reported. */
type Seats = number | 'unlimited' | 'by-use' | null;

/** The seats of a purchased plan; `key` is null if it is not known which plan it is. */
export interface PricedSeats {
  readonly key: string | null;
  readonly plan: string;
  readonly purchased: Seats;
  readonly inUse: number | null;
  readonly free: Seats;
}

/** What seats cost in a year. */
export interface SeatCosts {
  readonly inUse: Amount;
  /** Null if the purchased seats are not counted: the tenant pays by use, or has no limit. */
  readonly purchased: { readonly all: Amount; readonly free: Amount } | null;
  /** The plans that are left out, because their price or their numbers are not known. */
  readonly leftOut: readonly string[];
}

/** What one seat costs in a year. */
export function yearlyPrice({ amount, period }: PlanPrice): Amount {
  return period === 'year' ? amount : amount * 12n;
}

/** The share of a yearly amount for a number of days, by 365 days a year, rounded to the nearest ten-thousandth. */
export function shareOfYear(yearly: Amount, days: number): Amount {
  return (yearly * BigInt(days) * 2n + 365n) / 730n;
}

/**
 * Adds up what seats cost in a year; null if no seat has a price and a number. Seats of which the purchased number is known
 * are counted; if none has one, those in use.
 *
 * @example
 * const byPlan = new Map([['sales-premium', { amount: 500_000n, period: 'month' }]])
 * seatCosts([{ key: 'sales-premium', plan: 'Sales Premium', purchased: 21, inUse: 20, free: 1 }], byPlan)
 * // → { inUse: 120_000_000n, purchased: { all: 126_000_000n, free: 6_000_000n }, leftOut: [] }
 */
export function seatCosts(seats: readonly PricedSeats[], byPlan: PlanPrices['byPlan']): SeatCosts | null {
  const priced = seats.flatMap((each) => {
    const price = each.key === null ? undefined : byPlan.get(each.key);
    return price === undefined || each.inUse === null
      ? []
      : [{ ...each, inUse: each.inUse, yearly: yearlyPrice(price) }];
  });
  const numbered = priced.filter(({ purchased }) => typeof purchased === 'number');
  const counted = numbered.length > 0 ? numbered : priced.filter(({ purchased }) => purchased !== null);
  if (counted.length === 0) return null;
  const sum = (count: (row: (typeof counted)[number]) => number) =>
    counted.reduce((total, row) => total + row.yearly * BigInt(count(row)), 0n);
  const plans = new Set<PricedSeats['plan']>(counted.map(({ plan }) => plan));
  return {
    inUse: sum(({ inUse }) => inUse),
    purchased:
      numbered.length === 0
        ? null
        : {
            all: sum(({ purchased }) => Number(purchased)),
            free: sum(({ free }) => (typeof free === 'number' ? Math.max(free, 0) : 0)),
          },
    leftOut: seats.map(({ plan }) => plan).filter((plan) => !plans.has(plan)),
  };
}
