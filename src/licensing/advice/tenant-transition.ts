import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { Rules } from '../entitlements/rules.ts';
import type { HeldPlan } from '../plans/identify-plan.ts';
import { findSuiteTarget, type SuiteTarget } from './suite-target.ts';
import { changesOnSuite, type FeatureChange, suiteTransition } from './suite-transition.ts';

/** What a move to a CRM Suite plan does to a feature: the number of users by change; changes without users are omitted. */
export interface FeatureMove {
  readonly feature: FeatureKey;
  readonly users: Readonly<Partial<Record<FeatureChange, number>>>;
}

/** The move of a whole tenant to a CRM Suite plan. */
export interface TenantTransition {
  /** The plan that the users' plans lead to, or the Suite plan that the tenant has. */
  readonly target: SuiteTarget;
  /** In catalogue order; empty if there is no plan to move to. */
  readonly changes: readonly FeatureMove[];
}

/**
 * Finds what a move to CRM Suite means for all users of a tenant: to `plan`, or to the plan that their user plans lead to
 * if it is null. `users` is the number of users by plan; `reportOn` reports on a user of a plan.
 */
export function moveTenant(
  rules: Rules,
  users: ReadonlyMap<HeldPlan, number>,
  reportOn: (plan: HeldPlan) => EntitlementReport,
  plan: SuitePlan | null,
): TenantTransition {
  const reports = [...users].map(([held, count]) => ({ report: reportOn(held), count }));
  const target = findSuiteTarget(reports.map(({ report }) => report.plan));
  const counts = new Map<FeatureKey, Partial<Record<FeatureChange, number>>>();
  for (const { report, count } of reports) {
    const changes =
      plan === null ? suiteTransition(rules, target, report).changes : changesOnSuite(rules, report, plan);
    for (const { feature, change } of changes) {
      const ofFeature = counts.get(feature) ?? {};
      ofFeature[change] = (ofFeature[change] ?? 0) + count;
      counts.set(feature, ofFeature);
    }
  }
  return { target, changes: [...counts].map(([feature, byChange]) => ({ feature, users: byChange })) };
}
