import type { CatalogueRow } from '../catalogue/catalogue.ts';
import {
  type PerSolution,
  type PlanTier,
  perSolution,
  type Solution,
  solutions,
  tierRank,
} from '../catalogue/solutions.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import { type PlanKey, type UserPlan, userPlans } from '../catalogue/user-plans.ts';
import type { DetectedPlan } from './detect-plan.ts';
import type { Seat } from './seat-availability.ts';

/** How far a plan is from what the user has. */
interface Distance {
  /** How many tier steps it is above the user's plan, summed over the solutions. */
  readonly steps: number;
  /** Solutions whose tier is unknown and was taken as essential: the plan may be less than the user has. */
  readonly assumedEssential: readonly Solution[];
}

/** A plan that would add what is wished for and keep what the user has. */
export type Upgrade =
  | (Distance & { readonly kind: 'user-plan'; readonly plan: PlanKey; readonly seat: Seat })
  | {
      readonly kind: 'suite-plan';
      readonly plan: SuitePlan;
      /** A lesser plan that may be enough, or null. */
      readonly possiblyFrom: SuitePlan | null;
    };

/** A user plan that would do, before anybody asked for a seat. */
interface MinimalPlan extends Distance {
  readonly plan: UserPlan;
}

/**
 * The least plans out of the 26 that keep every tier the user has and do what is wanted, fewest tier steps first: all
 * those of which none could lose a tier and still do. Empty where the user's own plan does: no other one would help.
 * `does` is told whether a plan is the user's own.
 */
export function findMinimalPlans(
  held: DetectedPlan | null,
  does: (plan: UserPlan, isOwn: boolean) => boolean,
): readonly MinimalPlan[] {
  const found = held?.kind === 'user-plan' || held?.kind === 'old-plan' ? held.tiers : nothing;
  const kept = perSolution((each): PlanTier => (found[each] === 'unknown' ? 'essential' : found[each]));
  const counted = held?.kind === 'user-plan' ? kept : nothing; // an old plan has no tiers to count from
  const assumedEssential = solutions.filter((solution) => found[solution] === 'unknown');
  const stepsTo = ({ tiers }: UserPlan) => stepsBetween(counted, tiers);
  const doing = userPlans.filter((plan) => reaches(plan.tiers, kept) && does(plan, stepsTo(plan) === 0));
  const least = doing.filter(
    (plan) => !doing.some((other) => other !== plan && reaches(plan.tiers, other.tiers)),
  );
  return least
    .map((plan) => ({ plan, steps: stepsTo(plan), assumedEssential }))
    .filter(({ steps }) => steps > 0)
    .sort((a, b) => a.steps - b.steps);
}

const nothing: PerSolution<PlanTier> = { sales: 'none', service: 'none', marketing: 'none' };

/** Whether a plan has a row of the catalogue; a common one is in every plan. */
export function contains(tiers: PerSolution<PlanTier>, row: CatalogueRow): boolean {
  return row.solution === 'common' || tierRank(tiers[row.solution]) >= tierRank(row.tier);
}

function reaches(tiers: PerSolution<PlanTier>, least: PerSolution<PlanTier>): boolean {
  return solutions.every((each) => tierRank(tiers[each]) >= tierRank(least[each]));
}

function stepsBetween(from: PerSolution<PlanTier>, to: PerSolution<PlanTier>): number {
  return solutions.reduce((steps, each) => steps + tierRank(to[each]) - tierRank(from[each]), 0);
}
