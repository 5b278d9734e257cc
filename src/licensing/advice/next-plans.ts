import { type PerSolution, type PlanTier, solutions, tierRank } from '../catalogue/solutions.ts';
import { type SuitePlan, suitePlans } from '../catalogue/suite-plans.ts';
import { type PlanKey, userPlans } from '../catalogue/user-plans.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';

/** A plan that a user or a tenant can move to. */
export type NextPlan =
  | { readonly kind: 'user-plan'; readonly plan: PlanKey }
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan };

/**
 * Finds the plans one step above a plan: one more solution, one tier higher, or the next CRM Suite plan. Empty if the
 * step is undefined: no plan, an unknown tier or Suite plan, or a plan of another kind.
 *
 * @example
 * findNextPlans(salesPremiumPlan)
 * // → [
 * //   { kind: 'user-plan', plan: 'sales-premium+service-essential' },
 * //   { kind: 'user-plan', plan: 'sales-premium+marketing-essential' },
 * // ]
 */
export function findNextPlans(current: DetectedPlan | null): readonly NextPlan[] {
  if (current?.kind === 'suite') {
    const next = current.plan === null ? undefined : suitePlans[suitePlans.indexOf(current.plan) + 1];
    return next === undefined ? [] : [{ kind: 'suite-plan', plan: next }];
  }
  if (current?.kind !== 'user-plan' || current.plan === null) return [];
  return nextUserPlans.get(current.plan.key) ?? [];
}

const nextUserPlans: ReadonlyMap<PlanKey, readonly NextPlan[]> = new Map(
  userPlans.map(({ key, tiers }) => [key, findUserPlansAbove(tiers)]),
);

function findUserPlansAbove(tiers: PerSolution<PlanTier>): readonly NextPlan[] {
  return userPlans
    .filter((plan) => {
      const steps = solutions.map((solution) => tierRank(plan.tiers[solution]) - tierRank(tiers[solution]));
      return steps.every((step) => step >= 0) && steps.reduce((sum, step) => sum + step, 0) === 1;
    })
    .map(({ key }) => ({ kind: 'user-plan', plan: key }));
}
