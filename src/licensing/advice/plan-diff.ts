import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { NextPlan } from './next-plans.ts';
import { changesOnSuite, type FeatureChange } from './suite-transition.ts';
import { planChangeFinder } from './what-if.ts';

/** The features a plan change would enable and disable, without groups. */
interface PlanDiff {
  readonly enables: readonly FeatureKey[];
  /** Features that are enabled today and would not be. */
  readonly disables: readonly FeatureKey[];
}

/** Returns a function that compares a user's current `report` with plans of either kind. */
export function planDiffFinder(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
): (next: NextPlan) => PlanDiff {
  const findChanges = planChangeFinder(tenant, user, report);
  return (next) => {
    if (next.kind === 'suite-plan') {
      const changes = changesOnSuite(tenant.rules, report, next.plan);
      const featuresWith = (wanted: FeatureChange) =>
        changes.filter(({ change }) => change === wanted).map(({ feature }) => feature);
      return { enables: featuresWith('gained'), disables: featuresWith('lost') };
    }
    const changes = findChanges(next.plan);
    return {
      enables: changes.filter(({ after }) => after === 'enabled').map(({ feature }) => feature),
      disables: changes.filter(({ before }) => before === 'enabled').map(({ feature }) => feature),
    };
  };
}
