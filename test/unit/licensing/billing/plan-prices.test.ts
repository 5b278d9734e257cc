import { describe, expect, it } from 'vitest';
import {
  type PricedSeats,
  seatCosts,
  shareOfYear,
  yearlyPrice,
} from '../../../../src/licensing/billing/plan-prices.ts';

const seats = (given: Partial<PricedSeats>): PricedSeats => ({
  key: 'sales-premium',
  plan: 'Sales-Premium',
  purchased: 21,
  inUse: 20,
  free: 1,
  ...given,
});
const perYear = (amount: bigint) => ({ amount, period: 'year' }) as const;
const byPlan = new Map([
  ['sales-premium', perYear(100n)],
  ['service-premium', perYear(7n)],
]);

describe('prices', () => {
  it('per month count twelve times a year', () => {
    expect(yearlyPrice({ amount: 333_333n, period: 'month' })).toBe(3_999_996n);
    expect(yearlyPrice(perYear(333_333n))).toBe(333_333n);
  });

  it('are shared by day, rounded to the nearest', () => {
    expect([0, 1, 119, 365, 366].map((days) => shareOfYear(3_650_000n, days))).toEqual([
      0n,
      10_000n,
      1_190_000n,
      3_650_000n,
      3_660_000n,
    ]);
    expect([shareOfYear(1n, 182), shareOfYear(1n, 183)]).toEqual([0n, 1n]);
  });
});

describe('costs of seats', () => {
  it('are added up over all plans with a price', () => {
    const service = seats({ key: 'service-premium', plan: 'Service', purchased: 10, inUse: 4, free: 6 });
    expect(seatCosts([seats({}), service], byPlan)).toEqual({
      purchased: { all: 2_170n, free: 142n },
      inUse: 2_028n,
      leftOut: [],
    });
  });

  it('count no free seats below zero', () => {
    expect(seatCosts([seats({ inUse: 25, free: -4 })], byPlan)).toMatchObject({
      purchased: { all: 2_100n, free: 0n },
      inUse: 2_500n,
    });
  });

  it.each([
    ['no price', seats({ key: 'marketing-premium', plan: 'Other' })],
    ['tiers that are unknown', seats({ key: null, plan: 'Other' })],
    ['a use that is not reported', seats({ inUse: null, plan: 'Other' })],
    ['a purchased number that is not reported', seats({ purchased: null, free: null, plan: 'Other' })],
    [
      'no limit, beside one with a number',
      seats({ purchased: 'unlimited', free: 'unlimited', plan: 'Other' }),
    ],
  ])('leave out a plan with %s, and name it', (_case, other) => {
    expect(seatCosts([other, seats({})], byPlan)).toEqual({
      purchased: { all: 2_100n, free: 100n },
      inUse: 2_000n,
      leftOut: ['Other'],
    });
  });

  it('are those of the seats in use where the tenant pays by use', () => {
    const byUse = seats({ purchased: 'by-use', free: 'by-use' });
    expect(seatCosts([byUse], byPlan)).toEqual({ inUse: 2_000n, purchased: null, leftOut: [] });
  });

  it('are unknown without a price or a number', () => {
    expect(seatCosts([], byPlan)).toBeNull();
    expect(seatCosts([seats({})], new Map())).toBeNull();
    expect(seatCosts([seats({ purchased: null, free: null })], byPlan)).toBeNull();
  });
});
