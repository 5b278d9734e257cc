import type { RowPlace } from './catalogue.ts';
import type { RecognisedPlan } from './recognise-plan.ts';
import type { Seat, SeatFor } from './seats.ts';
import {
  type PerSolution,
  type PlanTier,
  perSolution,
  type Solution,
  solutions,
  tierRank,
} from './solutions.ts';
import type { SuiteNeed, SuitePlan } from './suite-plans.ts';
import { type PlanKey, planWithTiers } from './user-plans.ts';

/** A plan that would add a feature and keep what the user has. */
export type Upgrade =
  | {
      readonly kind: 'user-plan';
      readonly plan: PlanKey;
      /** How many tier steps it is above the user's plan, summed over the solutions. */
      readonly steps: number;
      /** Solutions whose tier is unknown and was taken as essential: the plan may be less than the user has. */
      readonly assumedEssential: readonly Solution[];
      readonly seat: Seat;
    }
  | {
      readonly kind: 'suite-plan';
      readonly plan: SuitePlan;
      /** A lesser plan that may be enough, or null. */
      readonly perhapsFrom: SuitePlan | null;
    };

/**
 * The least plans out of the 26 that keep every tier the user has and contain the feature, fewest tier steps first.
 * One plan per way there is: none of them could lose a tier and still do. `places` are the rows of the feature.
 */
export function userPlanUpgrades(
  places: readonly RowPlace[],
  held: RecognisedPlan | null,
  seatFor: SeatFor,
): readonly Upgrade[] {
  const found = held?.kind === 'user-plan' || held?.kind === 'old-plan' ? held.tiers : nothing;
  const kept = perSolution((each): PlanTier => (found[each] === 'unknown' ? 'essential' : found[each]));
  const counted = held?.kind === 'user-plan' ? kept : nothing; // an old plan has no tiers to count from
  const plans = places.flatMap((place) => raised(kept, place)).flatMap((tiers) => planWithTiers(tiers) ?? []);
  const assumedEssential = solutions.filter((solution) => found[solution] === 'unknown');
  const ways = [...new Set(plans)].map((plan) => ({ plan, steps: stepsBetween(counted, plan.tiers) }));
  if (ways.some(({ steps }) => steps === 0)) return []; // the plan has the feature: no other one would help
  return ways
    .sort((a, b) => a.steps - b.steps)
    .map(({ plan, steps }) => {
      return { kind: 'user-plan', plan: plan.key, steps, assumedEssential, seat: seatFor(plan) };
    });
}

/** The Suite plan that would add a feature: all users of a tenant share one (user-plans.md 8). */
export function suiteUpgrade(need: SuiteNeed): Upgrade {
  return { kind: 'suite-plan', plan: need.from, perhapsFrom: need.perhapsFrom };
}

const nothing: PerSolution<PlanTier> = { sales: 'none', service: 'none', marketing: 'none' };

// A common feature is in every plan: any solution does, and whoever has one has it already.
function raised(kept: PerSolution<PlanTier>, place: RowPlace): readonly PerSolution<PlanTier>[] {
  if (place.solution !== 'common') {
    const enough = tierRank(kept[place.solution]) >= tierRank(place.tier);
    return [enough ? kept : { ...kept, [place.solution]: place.tier }];
  }
  const hasPlan = solutions.some((solution) => kept[solution] !== 'none');
  return hasPlan ? [kept] : solutions.map((solution) => ({ ...kept, [solution]: 'essential' }));
}

function stepsBetween(from: PerSolution<PlanTier>, to: PerSolution<PlanTier>): number {
  return solutions.reduce((steps, each) => steps + tierRank(to[each]) - tierRank(from[each]), 0);
}
