import type { PerSolution, PlanTier } from '../licensing/catalogue/solutions.ts';
import { suitePlans } from '../licensing/catalogue/suite-plans.ts';
import { getUserPlan } from '../licensing/catalogue/user-plans.ts';
import type { TenantEntitlements } from '../licensing/entitlement-engine.ts';
import { type AnyPlan, planLabel } from './plan-names.ts';
import type { Language } from './rendering/i18n.ts';

/** The text of a user's plan in a list of users, described. A text that names no known plan is shown as it is. */
export interface PlanText {
  readonly kind: 'known' | 'unknown' | 'none';
  /** Null unless it is a known plan. */
  readonly key: AnyPlan | null;
  readonly name: string;
  /** Null unless it is a known user plan. */
  readonly tiers: PerSolution<PlanTier> | null;
}

/** Describes the text of a plan. */
export type DescribePlan = (userPlan: string) => PlanText;

/** Makes the description of plans in a tenant, and keeps each: most users share a few. */
export function createDescribePlan(entitlements: TenantEntitlements, language: Language): DescribePlan {
  const isSuite = entitlements.report(null).model === 'suite';
  const described = new Map<string, PlanText>();
  return (userPlan) => {
    const known = described.get(userPlan);
    if (known !== undefined) return known;
    const description = describe(userPlan);
    described.set(userPlan, description);
    return description;
  };

  function describe(userPlan: string): PlanText {
    const plan = entitlements.identifyPlan(userPlan);
    if (plan === 'none') return { kind: 'none', key: null, name: language.t('admin.noPlan'), tiers: null };
    // The plans of CRM Suite have names of their own.
    const suiteName = userPlan.replace(/^CRM Suite /i, '').toLowerCase();
    const suitePlan = isSuite ? suitePlans.find((each) => each === suiteName) : undefined;
    if (suitePlan !== undefined)
      return { kind: 'known', key: suitePlan, name: planLabel(suitePlan, language), tiers: null };
    if (plan === 'unknown') return { kind: 'unknown', key: null, name: userPlan, tiers: null };
    const { label, tiers } = getUserPlan(plan);
    return { kind: 'known', key: plan, name: label, tiers };
  }
}
