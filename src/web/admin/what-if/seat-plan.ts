import type { Seats } from '../../../licensing/assignment/assign-plans.ts';
import { type PlanKey, planKeys } from '../../../licensing/catalogue/user-plans.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';
import type { SeatCount } from '../../../licensing/plans/plan-seats.ts';
import { parseSeats, type WhatIfQuery } from './what-if-query.ts';

/** The seats of one plan: today, and as the administrator asks. */
export interface PlannedSeats {
  readonly plan: PlanKey;
  /** Null if SuperOffice does not report them. */
  readonly purchased: SeatCount | null;
  /** The people who hold the plan. */
  readonly inUse: number;
  /** The text to show in the field; the purchased seats unless others are typed. */
  readonly text: string;
  /** What counts in the answer. The seats in use count where the purchased ones are not reported. */
  readonly count: number | 'unlimited';
  /** Whether the text is no number of seats. */
  readonly isInvalid: boolean;
}

/**
 * The seats of all plans that are purchased, held or typed, in the order of the plans. `held` is the number of people by
 * plan.
 */
export function planSeats(
  entitlements: TenantEntitlements,
  held: ReadonlyMap<HeldPlan, number>,
  { typed }: WhatIfQuery,
): readonly PlannedSeats[] {
  const sums = sumPurchased(entitlements);
  return planKeys
    .filter((plan) => sums.has(plan) || held.has(plan) || typed.has(plan))
    .map((plan) => {
      const inUse = held.get(plan) ?? 0;
      // A plan that people hold without a row of its own has seats that are not reported.
      const purchased = sums.get(plan) ?? (inUse === 0 && !sums.has(plan) ? 0 : null);
      return { plan, purchased, inUse, ...readSeats(typed.get(plan) ?? '', purchased, inUse) };
    });
}

function readSeats(
  typed: string,
  purchased: SeatCount | null,
  inUse: number,
): Pick<PlannedSeats, 'text' | 'count' | 'isInvalid'> {
  const text = typed === '' && typeof purchased === 'number' ? String(purchased) : typed;
  const seats = parseSeats(text);
  const otherwise = purchased === null ? inUse : 'unlimited';
  return { text, count: seats ?? otherwise, isInvalid: text !== '' && seats === null };
}

/** The purchased plans of which SuperOffice reports another number of seats in use than people hold them. */
export function findOtherCounts(
  entitlements: TenantEntitlements,
  held: ReadonlyMap<HeldPlan, number>,
): readonly PlanKey[] {
  const sums = new Map<PlanKey, number | null>();
  for (const { key, inUse } of entitlements.identifiedSeats()) {
    if (key === null) continue;
    const before = sums.get(key) ?? (sums.has(key) ? null : 0);
    sums.set(key, before === null || inUse === null ? null : before + inUse);
  }
  return [...sums].flatMap(([plan, inUse]) =>
    inUse === null || inUse === (held.get(plan) ?? 0) ? [] : [plan],
  );
}

/** The seats that count, by plan. */
export function toSeats(planned: readonly PlannedSeats[]): Seats {
  return new Map(planned.map(({ plan, count }) => [plan, count]));
}

/** The purchased seats by plan. Versions of a plan are separate purchases, which are added up. */
function sumPurchased(entitlements: TenantEntitlements): ReadonlyMap<PlanKey, SeatCount | null> {
  const sums = new Map<PlanKey, SeatCount | null>();
  for (const { key, purchased } of entitlements.identifiedSeats()) {
    if (key === null) continue;
    const before = sums.get(key);
    sums.set(key, before === undefined ? purchased : addSeats(before, purchased));
  }
  return sums;
}

function addSeats(a: SeatCount | null, b: SeatCount | null): SeatCount | null {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return [a, b].find((each) => typeof each === 'string') ?? null;
}
