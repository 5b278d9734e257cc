import { getChildRows, getFeatureRows } from '../../../licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../licensing/catalogue/feature-keys.ts';
import type { SuitePlan } from '../../../licensing/catalogue/suite-plans.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { Entitlement, FeatureState } from '../../../licensing/entitlements/entitlement.ts';
import type { EntitlementReport } from '../../../licensing/entitlements/entitlement-report.ts';
import type { UserLicenses } from '../../../licensing/licenses/license-data.ts';
import { type AnyPlan, isSuitePlan } from '../../plan-names.ts';

/** What a user has: the report of their own plan, or of another one. */
export type EvaluatedReport = Pick<EntitlementReport, 'model' | 'plan' | 'features' | 'addOns' | 'notices'>;

/**
 * Reports what a user would have on another plan. A plan of CRM Suite may be asked of any tenant, a user plan only of one
 * that has user plans.
 * @returns null for a user plan on a CRM Suite tenant
 */
export function answerPlanQuestion(
  entitlements: TenantEntitlements,
  user: UserLicenses | null,
  plan: AnyPlan,
): EvaluatedReport | null {
  const report = entitlements.report(user);
  if (!isSuitePlan(plan)) {
    if (report.model === 'suite') return null;
    return user === null ? report : (entitlements.whatIf(user, plan)?.report ?? null);
  }
  if (user === null) return report;
  return onSuitePlan(report, entitlements, user, plan);
}

/** Puts what a CRM Suite plan would change over the current report. */
function onSuitePlan(
  report: EntitlementReport,
  entitlements: TenantEntitlements,
  user: UserLicenses,
  plan: SuitePlan,
): EvaluatedReport {
  const features = new Map(report.features);
  for (const { feature, change, confidence } of entitlements.changesOnSuite(user, plan)) {
    const today = report.features.get(feature);
    if (today !== undefined) features.set(feature, { ...afterChange(today, change), confidence });
  }
  for (const group of report.features.values())
    if (group.reason === 'group-of-features') features.set(group.feature, afterGroupChange(group, features));
  return {
    ...report,
    model: 'suite',
    plan: { kind: 'suite', plan, by: { step: 'description', text: plan } },
    features,
  };
}

type SuiteChange = ReturnType<TenantEntitlements['changesOnSuite']>[number]['change'];

function afterChange(today: Entitlement, change: SuiteChange): Entitlement {
  // The modules of today are no evidence for another plan; the pages of the documentation are.
  const evidence = today.evidence.filter(({ kind }) => kind === 'documentation');
  const after = { ...today, evidence, upgrades: [] };
  switch (change) {
    case 'gained':
    case 'kept':
    case 'limited':
      // A role that hides a feature today still hides it.
      if (today.state === 'hidden-by-role') return { ...today, upgrades: [] };
      return { ...after, state: 'enabled', reason: 'suite-plan-includes' };
    case 'lost':
    case 'still-missing':
      return { ...after, state: 'upgrade', reason: 'suite-plan-lacks' };
    case 'unknown':
      return { ...after, state: 'unknown', reason: 'suite-plan-unclear' };
  }
}

const bestFirst: readonly FeatureState[] = ['enabled', 'view-only', 'hidden-by-role', 'unknown', 'upgrade'];

/** A group takes its state from its best feature. */
function afterGroupChange(group: Entitlement, features: ReadonlyMap<FeatureKey, Entitlement>): Entitlement {
  const children = getFeatureRows(group.feature)
    .flatMap(({ id }) => getChildRows(id))
    .flatMap(({ feature }) => features.get(feature) ?? []);
  const state = bestFirst.find((each) => children.some((child) => child.state === each)) ?? 'unknown';
  const confidence = children.find((child) => child.state === state)?.confidence ?? 'none';
  const evidence = group.evidence.filter(({ kind }) => kind === 'documentation');
  return { ...group, state, confidence, evidence, upgrades: [] };
}
