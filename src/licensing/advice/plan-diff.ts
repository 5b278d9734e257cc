import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { TenantIndex } from '../entitlements/user-report.ts';
import type { NextPlan } from './next-plans.ts';
import { changesOnSuite, type FeatureChange } from './suite-transition.ts';
import { type BeforeChange, findPlanChanges } from './what-if.ts';

/** The features a plan change would enable and disable, without groups. */
interface PlanDiff {
  readonly enables: readonly FeatureKey[];
  /** Features that are enabled today and would not be. */
  readonly disables: readonly FeatureKey[];
}

/** Compares what a user has with a plan of either kind. */
export function findPlanDiff(tenant: TenantIndex, before: BeforeChange, next: NextPlan): PlanDiff {
  if (next.kind === 'suite-plan') {
    const changes = changesOnSuite(tenant.rules, before.report, next.plan);
    const featuresWith = (wanted: FeatureChange) =>
      changes.filter(({ change }) => change === wanted).map(({ feature }) => feature);
    return { enables: featuresWith('gained'), disables: featuresWith('lost') };
  }
  const changes = findPlanChanges(tenant, before, next.plan);
  return {
    enables: changes.filter(({ after }) => after === 'enabled').map(({ feature }) => feature),
    disables: changes.filter((each) => each.before === 'enabled').map(({ feature }) => feature),
  };
}
