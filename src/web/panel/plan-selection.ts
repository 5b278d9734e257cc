import { AppError } from '../../errors.ts';
import { type solutions, tierRank } from '../../licensing/catalogue/solutions.ts';
import { type SuitePlan, suitePlans } from '../../licensing/catalogue/suite-plans.ts';
import { findUserPlan, getUserPlan, type PlanKey, planKeys } from '../../licensing/catalogue/user-plans.ts';
import type { EntitlementReport } from '../../licensing/entitlements/entitlement-report.ts';
import { type AnyPlan, getPlansOfModel, isSuitePlan } from '../plan-names.ts';

/** The six user plans of one solution and one tier, of which all others are combinations. */
const basicPlans: readonly PlanKey[] = planKeys.filter((key) => !key.includes('+'));

/** The plans that the matrix of a tenant compares: the basic user plans, or those of CRM Suite. */
export function getMatrixPlans({ model }: Pick<EntitlementReport, 'model'>): readonly AnyPlan[] {
  return model === 'suite' ? suitePlans : basicPlans;
}

/** What the query of the matrix asks for. */
export interface PlanSelection {
  /** The combination of the ticked plans; null if none is ticked. */
  readonly chosen: AnyPlan | null;
  /** The ticked plans that do not count, because another one of their solution contains them. */
  readonly contained: readonly AnyPlan[];
  /** Whether to show only the features that differ. */
  readonly differencesOnly: boolean;
}

/** Parses the query `plan=…&plan=…&differences=on`. @throws AppError `plan-unknown` as `parsePlan` */
export function parsePlanSelection(
  { plan = [], differences }: { readonly plan?: unknown; readonly differences?: unknown },
  report: Pick<EntitlementReport, 'model'>,
): PlanSelection {
  const plans = [plan].flat().map((key) => parsePlan(key, report));
  const chosen = combinePlans(plans);
  const parts = chosen === null ? [] : getPlanParts(chosen);
  const contained = plans.filter((each) => !getPlanParts(each).every((part) => parts.includes(part)));
  return { chosen, contained, differencesOnly: differences === 'on' };
}

/** Parses the key of a plan. @throws AppError `plan-unknown` for anything but a plan of the tenant's model */
export function parsePlan(key: unknown, report: Pick<EntitlementReport, 'model'>): AnyPlan {
  const plan = getPlansOfModel(report).find((each) => each === key);
  if (plan === undefined) throw new AppError('plan-unknown');
  return plan;
}

/**
 * The smallest plan that contains all of these, which are of one model; null for no plans.
 *
 * @example
 * combinePlans(['sales-premium', 'sales-essential', 'service-essential'])
 * // → 'sales-premium+service-essential'
 */
export function combinePlans(plans: readonly AnyPlan[]): AnyPlan | null {
  return plans.reduce<AnyPlan | null>((sum, plan) => (sum === null ? plan : combineTwo(sum, plan)), null);
}

/** The plans of the matrix that make up a plan, which are ticked when it is chosen. */
export function getPlanParts(plan: AnyPlan): readonly string[] {
  return plan.split('+');
}

/** The key of the user's own plan; null without a plan, and for a plan that has none. */
export function findOwnPlan({ plan }: Pick<EntitlementReport, 'plan'>): AnyPlan | null {
  if (plan?.kind === 'suite') return plan.plan;
  return plan?.kind === 'user-plan' ? (plan.plan?.key ?? null) : null;
}

function combineTwo(one: AnyPlan, other: AnyPlan): AnyPlan {
  if (isSuitePlan(one) || isSuitePlan(other)) return suiteRank(one) >= suiteRank(other) ? one : other;
  const [first, second] = [getUserPlan(one).tiers, getUserPlan(other).tiers];
  const highest = (solution: (typeof solutions)[number]) =>
    tierRank(first[solution]) >= tierRank(second[solution]) ? first[solution] : second[solution];
  const tiers = { sales: highest('sales'), service: highest('service'), marketing: highest('marketing') };
  return findUserPlan(tiers)?.key ?? one;
}

function suiteRank(plan: AnyPlan): number {
  return suitePlans.indexOf(plan as SuitePlan);
}
