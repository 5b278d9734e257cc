/**
 * The five plans of SuperOffice CRM Suite, each containing the one before
 * (docs/superoffice/user-plans.md#8-crm-suite).
 */
export const suitePlans = ['starter', 'core', 'growth', 'plus', 'super'] as const;

/** A plan of SuperOffice CRM Suite; all users of a tenant share it. */
export type SuitePlan = (typeof suitePlans)[number];

/** Whether a Suite plan is the minimum plan or a higher one. The plans are cumulative. */
export function isSuitePlanAtLeast(plan: SuitePlan, minimum: SuitePlan): boolean {
  return suitePlans.indexOf(plan) >= suitePlans.indexOf(minimum);
}
