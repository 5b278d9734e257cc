import type { CatalogueSection } from '../catalogue/catalogue.ts';
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

/** The distance of a plan from the user's current plan. */
interface Distance {
  /** The number of tier steps above the user's plan, summed over the solutions. */
  readonly steps: number;
  /** Solutions with an unknown tier that was assumed to be essential, so the plan can be lower than the user's. */
  readonly assumedEssential: readonly Solution[];
}

/** A plan that would add the requested features and keep what the user has. */
export type Upgrade =
  | (Distance & { readonly kind: 'user-plan'; readonly plan: PlanKey; readonly seat: Seat })
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan };

/** A user plan that keeps every tier the user has, before seats are checked. */
export interface PossiblePlan extends Distance {
  readonly plan: UserPlan;
}

/** Finds the plans of the 26 that keep every tier the user has, also the user's own. */
export function findPossiblePlans(current: DetectedPlan | null): readonly PossiblePlan[] {
  const found = current?.kind === 'user-plan' || current?.kind === 'old-plan' ? current.tiers : noTiers;
  const required = perSolution((each): PlanTier => (found[each] === 'unknown' ? 'essential' : found[each]));
  const countedFrom = current?.kind === 'user-plan' ? required : noTiers; // an old plan has no tiers to count from
  const assumedEssential = solutions.filter((solution) => found[solution] === 'unknown');
  return userPlans
    .filter(({ tiers }) => hasAtLeastTiers(tiers, required))
    .map((plan) => ({ plan, steps: countSteps(countedFrom, plan.tiers), assumedEssential }));
}

/**
 * Finds the minimal plans among those possible that are sufficient, fewest tier steps first. A plan is minimal if no lower
 * plan is sufficient. Empty if the user's own plan is sufficient. `isSufficient` receives a plan and whether it is the
 * user's own.
 */
export function findMinimalPlans(
  possible: readonly PossiblePlan[],
  isSufficient: (plan: UserPlan, isOwn: boolean) => boolean,
): readonly PossiblePlan[] {
  const sufficient = possible.filter(({ plan, steps }) => isSufficient(plan, steps === 0));
  const plans = sufficient.map(({ plan }) => plan);
  return sufficient
    .filter(
      ({ plan, steps }) => steps > 0 && !plansBelow.get(plan.key)?.some((below) => plans.includes(below)),
    )
    .sort((a, b) => a.steps - b.steps);
}

const noTiers: PerSolution<PlanTier> = { sales: 'none', service: 'none', marketing: 'none' };

/** Whether a plan with these tiers includes a section of the catalogue. Every plan includes the common one. */
export function includesSection(tiers: PerSolution<PlanTier>, section: CatalogueSection): boolean {
  return section.solution === 'common' || tierRank(tiers[section.solution]) >= tierRank(section.tier);
}

function hasAtLeastTiers(tiers: PerSolution<PlanTier>, minimum: PerSolution<PlanTier>): boolean {
  return solutions.every((each) => tierRank(tiers[each]) >= tierRank(minimum[each]));
}

/** The plans that a plan contains, without itself. */
const plansBelow: ReadonlyMap<PlanKey, readonly UserPlan[]> = new Map(
  userPlans.map((plan) => [
    plan.key,
    userPlans.filter((other) => other !== plan && hasAtLeastTiers(plan.tiers, other.tiers)),
  ]),
);

function countSteps(from: PerSolution<PlanTier>, to: PerSolution<PlanTier>): number {
  return solutions.reduce((steps, each) => steps + tierRank(to[each]) - tierRank(from[each]), 0);
}
