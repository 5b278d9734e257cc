import type { PerSolution, PlanTier } from '../../../licensing/catalogue/solutions.ts';
import { suitePlans } from '../../../licensing/catalogue/suite-plans.ts';
import { findNamedPlan } from '../../../licensing/plans/identify-plan.ts';
import { namesPlan } from '../../../licensing/plans/plan-text.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';

/** The text of a user's plan in a list of users, described. A text that names no known plan is shown as it is. */
export interface PlanText {
  readonly kind: 'known' | 'unknown' | 'none';
  readonly name: string;
  /** Null unless it is a known user plan. */
  readonly tiers: PerSolution<PlanTier> | null;
}

/** Describes the text of a plan. `isSuite`: the tenant has CRM Suite, whose plans have names of their own. */
export function describePlanText(userPlan: string, isSuite: boolean, language: Language): PlanText {
  if (!namesPlan(userPlan)) return { kind: 'none', name: language.t('admin.noPlan'), tiers: null };
  if (isSuite) {
    const name = userPlan.replace(/^CRM Suite /i, '').toLowerCase();
    const plan = suitePlans.find((each) => each === name);
    if (plan !== undefined) return { kind: 'known', name: planLabel(plan, language), tiers: null };
  }
  const plan = findNamedPlan(userPlan);
  if (plan !== null) return { kind: 'known', name: plan.label, tiers: plan.tiers };
  return { kind: 'unknown', name: userPlan, tiers: null };
}
