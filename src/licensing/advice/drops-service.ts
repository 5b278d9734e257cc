import {
  getOldPlanSolutions,
  getPlanModuleSolutions,
  isOldPlanModule,
  isPlanModule,
} from '../catalogue/plan-modules.ts';
import { getUserPlan, type PlanKey } from '../catalogue/user-plans.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { PlanSeats } from '../plans/plan-seats.ts';

/**
 * Whether a change to a user plan takes Service from a user, given the user's current `report`. SuperOffice does not take a Service
 * plan from a user with open requests (docs/superoffice/changes-2026.md#10-reducing-plans). If the current plan has no
 * documented solutions, request management stands for Service.
 */
export function dropsService({ plan: current, features }: EntitlementReport, plan: PlanKey): boolean {
  if (includesService(plan)) return false;
  if (current?.kind === 'user-plan' || current?.kind === 'old-plan') return current.tiers.service !== 'none';
  const state = features.get('request-management')?.state;
  return state === 'enabled' || state === 'hidden-by-role';
}

/** Whether one of the purchased plans includes Service, or possibly does. */
export function purchasesService(plans: readonly Pick<PlanSeats, 'module'>[]): boolean {
  return plans.some(({ module }) => {
    if (isPlanModule(module)) return getPlanModuleSolutions(module).includes('service');
    return !isOldPlanModule(module) || getOldPlanSolutions(module).includes('service');
  });
}

/** Whether a user plan includes Service. */
export function includesService(plan: PlanKey): boolean {
  return getUserPlan(plan).tiers.service !== 'none';
}
