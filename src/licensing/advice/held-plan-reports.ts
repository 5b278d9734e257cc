import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { type PlanKey, planKeys } from '../catalogue/user-plans.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import { reportUser, type TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { HeldPlan } from '../plans/identify-plan.ts';
import { whatIf } from './what-if.ts';

/** The features that each of the 26 plans enables in a tenant. */
export type PlanFeatures = ReadonlyMap<PlanKey, ReadonlySet<FeatureKey>>;

/** A user who has no licenses, of whom nothing is unknown. */
export const withoutLicenses: UserLicenses = {
  associateId: 0,
  granted: [],
  complete: true,
  functionRights: null,
};

/**
 * Reports on a user who has the licenses of a plan and no others, whose role hides nothing: for users of whom only the
 * plan is known. On CRM Suite all users have the report of its plan.
 */
export function reportOnHeldPlan(tenant: TenantIndex, plan: HeldPlan): EntitlementReport {
  if (plan === 'unknown') return reportUser(tenant, { ...withoutLicenses, complete: false });
  const report = reportUser(tenant, withoutLicenses);
  return plan === 'none' ? report : (whatIf(tenant, withoutLicenses, report, plan)?.report ?? report);
}

/** Finds the features that each plan enables, by the tenant's own row of the plan, else by the catalogue. */
export function findPlanFeatures(reportOn: (plan: HeldPlan) => EntitlementReport): PlanFeatures {
  return new Map(
    planKeys.map((plan) => {
      const { features } = reportOn(plan);
      const enabled = [...features.values()].filter(
        ({ state, reason }) => state === 'enabled' && reason !== 'group-of-features',
      );
      return [plan, new Set(enabled.map(({ feature }) => feature))];
    }),
  );
}
