import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { EntitlementReport } from '../../../licensing/entitlements/entitlement-report.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';

/** Reports on a user by the plan in the list of users; null if that is not known. */
export type ReportOnListedPlan = (associateId: number) => EntitlementReport | null;

/**
 * Makes the reports of listed users, whose texts of plans are `listedPlans`; each plan is decided once. On CRM Suite all
 * users share one plan, listed or not.
 */
export function createListedPlanReports(
  plans: TenantEntitlements,
  listedPlans: ReadonlyMap<number, string>,
): ReportOnListedPlan {
  const isSuite = plans.report(null).model === 'suite';
  const reports = new Map<HeldPlan, EntitlementReport>();
  return (associateId) => {
    const text = listedPlans.get(associateId);
    const plan = text === undefined ? 'unknown' : plans.identifyPlan(text);
    if (isSuite) return reportOn('none');
    return plan === 'unknown' ? null : reportOn(plan);
  };

  function reportOn(plan: HeldPlan): EntitlementReport {
    const report = reports.get(plan) ?? plans.reportOnPlan(plan);
    reports.set(plan, report);
    return report;
  }
}
