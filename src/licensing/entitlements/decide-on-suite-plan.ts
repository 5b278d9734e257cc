import { isSuitePlanAtLeast, type SuitePlan } from '../catalogue/suite-plans.ts';

/** The state and the reason that a CRM Suite plan leads to. */
export type SuitePlanDecision =
  | { readonly state: 'enabled'; readonly reason: 'suite-plan-includes' }
  | { readonly state: 'upgrade'; readonly reason: 'suite-plan-lacks' }
  | { readonly state: 'unknown'; readonly reason: 'suite-plan-unknown' | 'suite-plan-unclear' };

/**
 * Decides by the tenant's CRM Suite plan, null if it is unknown. `from` is the lowest plan with the feature, null if no
 * page names one.
 */
export function decideOnSuitePlan(plan: SuitePlan | null, from: SuitePlan | null): SuitePlanDecision {
  if (plan === null) return { state: 'unknown', reason: 'suite-plan-unknown' };
  if (from === null) return { state: 'unknown', reason: 'suite-plan-unclear' };
  return isSuitePlanAtLeast(plan, from)
    ? { state: 'enabled', reason: 'suite-plan-includes' }
    : { state: 'upgrade', reason: 'suite-plan-lacks' };
}
