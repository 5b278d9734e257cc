import { solutions, tierRank } from '../catalogue/solutions.ts';
import { type SuitePlan, suitePlans } from '../catalogue/suite-plans.ts';
import { type PlanKey, userPlans } from '../catalogue/user-plans.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';

/** A plan somebody could move to. */
export type NextPlan =
  | { readonly kind: 'user-plan'; readonly plan: PlanKey }
  | { readonly kind: 'suite-plan'; readonly plan: SuitePlan };

/**
 * The plans one step above what somebody holds: one solution more or one tier higher, or the next CRM Suite plan.
 * Empty where nobody can tell what one step is: no plan, a tier or a Suite plan that is unknown, a plan of another kind.
 *
 * @example
 * findNextPlans(salesPremiumPlan)
 * // → [
 * //   { kind: 'user-plan', plan: 'sales-premium+service-essential' },
 * //   { kind: 'user-plan', plan: 'sales-premium+marketing-essential' },
 * // ]
 */
export function findNextPlans(held: DetectedPlan | null): readonly NextPlan[] {
  if (held?.kind === 'suite') {
    const next = held.plan === null ? undefined : suitePlans[suitePlans.indexOf(held.plan) + 1];
    return next === undefined ? [] : [{ kind: 'suite-plan', plan: next }];
  }
  if (held?.kind !== 'user-plan' || held.plan === null) return [];
  const { tiers } = held.plan;
  return userPlans
    .filter((plan) => {
      const steps = solutions.map((solution) => tierRank(plan.tiers[solution]) - tierRank(tiers[solution]));
      return steps.every((step) => step >= 0) && steps.reduce((sum, step) => sum + step, 0) === 1;
    })
    .map(({ key }) => ({ kind: 'user-plan', plan: key }));
}
