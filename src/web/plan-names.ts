import { type SuitePlan, suitePlans } from '../licensing/catalogue/suite-plans.ts';
import { getUserPlan, type PlanKey, planKeys } from '../licensing/catalogue/user-plans.ts';
import type { EntitlementReport } from '../licensing/entitlements/entitlement-report.ts';
import type { DetectedPlan } from '../licensing/plans/detect-plan.ts';
import { findNamedPlan } from '../licensing/plans/identify-plan.ts';
import type { Language } from './rendering/i18n.ts';

/** A user plan or a CRM Suite plan. */
export type AnyPlan = PlanKey | SuitePlan;

/** The plans of a tenant's model: the 26 user plans or the five of CRM Suite. */
export function getPlansOfModel({ model }: Pick<EntitlementReport, 'model'>): readonly AnyPlan[] {
  return model === 'suite' ? suitePlans : planKeys;
}

/** Whether a plan is one of CRM Suite. */
export function isSuitePlan(plan: AnyPlan): plan is SuitePlan {
  return suitePlans.some((each) => each === plan);
}

/**
 * The name of a plan, which is English in every language
 * (docs/superoffice/user-plans.md#4-plans).
 */
export function planLabel(plan: AnyPlan, { t }: Language): string {
  return isSuitePlan(plan) ? `CRM Suite ${t(`suitePlan.${plan}`)}` : getUserPlan(plan).label;
}

/**
 * The label of the user plan that a description in the licenses names, or the description if it names none. SuperOffice
 * joins the parts (docs/superoffice/licenses.md#3-endpoints).
 *
 * @example
 * describedPlanName('SalesPremiumServicePremium')
 * // → 'Sales-Premium + Service-Premium'
 */
export function describedPlanName(description: string): string {
  return findNamedPlan(description)?.label ?? description;
}

/** The name of a user's detected plan. */
export function assignedPlanName(plan: DetectedPlan | null, { t }: Language): string {
  switch (plan?.kind) {
    case 'user-plan':
      return plan.plan?.label ?? plan.description;
    case 'old-plan':
    case 'undocumented-plan':
      return plan.description;
    case 'suite':
      return t('plan.suite', { plan: plan.plan === null ? '' : t(`suitePlan.${plan.plan}`) }).trim();
    case 'no-plan':
      return t('plan.none');
    case undefined:
      return t('plan.unknown');
  }
}

/** A remark about the user's detected plan; empty if its name is enough. */
export function assignedPlanNote(plan: DetectedPlan | null, { t }: Language): string {
  if (plan === null) return t('planNote.unknown');
  if (plan.kind === 'user-plan') {
    if (plan.plan === null) return t('planNote.tierUnknown');
    const isGuessed = plan.findings.some(({ step }) => step === 'description-guess');
    return isGuessed ? t('planNote.tierGuessed', { description: plan.description }) : '';
  }
  return t(`planNote.${plan.kind}`);
}
