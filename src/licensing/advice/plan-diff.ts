import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { NextPlan } from './next-plans.ts';
import { changesOnSuite, type FeatureChange } from './suite-transition.ts';
import { whatIf } from './what-if.ts';

/** What a change of plan would switch on and off, groups left out. */
interface PlanDiff {
  readonly enables: readonly FeatureKey[];
  /** What is enabled today and would not be. */
  readonly disables: readonly FeatureKey[];
}

/** What a plan of either kind would change for a user; `report` is the user's of today. */
export function diffPlan(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
  next: NextPlan,
): PlanDiff {
  if (next.kind === 'suite-plan') {
    const changes = changesOnSuite(tenant.rules, report, next.plan);
    const becoming = (desired: FeatureChange) =>
      changes.filter(({ change }) => change === desired).map(({ feature }) => feature);
    return { enables: becoming('gained'), disables: becoming('lost') };
  }
  const changes = whatIf(tenant, user, report, next.plan)?.changes ?? [];
  return {
    enables: changes.filter(({ after }) => after === 'enabled').map(({ feature }) => feature),
    disables: changes.filter(({ before }) => before === 'enabled').map(({ feature }) => feature),
  };
}
