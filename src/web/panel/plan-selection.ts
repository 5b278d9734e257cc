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

/** Whether plans are compared together with the user's own plan, or in its place. */
export type PlanBasis = 'in-addition' | 'instead';

/** What the query of the matrix asks for. */
export interface PlanSelection {
  /** The combination of the ticked plans, and of the own plan if they are compared in addition to it; null if none is ticked. */
  readonly chosen: AnyPlan | null;
  readonly basis: PlanBasis;
  /** The ticked plans that do not count, because another one of their solution contains them. */
  readonly contained: readonly AnyPlan[];
  /** Whether to show only the features that differ. */
  readonly differencesOnly: boolean;
}

/**
 * Parses the query `plan=…&plan=…&basis=…&differences=on`. Without `basis`, plans are compared in addition to the own plan
 * where they contain it. @throws AppError `plan-unknown` as `parsePlan`
 */
export function parsePlanSelection(
  {
    plan = [],
    basis: typedBasis,
    differences,
  }: { readonly plan?: unknown; readonly basis?: unknown; readonly differences?: unknown },
  report: Pick<EntitlementReport, 'model' | 'plan'>,
): PlanSelection {
  const plans = [plan].flat().map((key) => parsePlan(key, report));
  const ticked = combinePlans(plans);
  const own = mayCombine(report) ? findOwnPlan(report) : null;
  const basis = chooseBasis(typedBasis, ticked, own);
  const added = basis === 'in-addition' ? own : null;
  const chosen = ticked === null || added === null ? ticked : combinePlans([added, ticked]);
  const parts = chosen === null ? [] : getPlanParts(chosen);
  // The form ticks the own plan by itself.
  const ownParts = added === null ? [] : getPlanParts(added);
  const contained = plans.filter((each) =>
    getPlanParts(each).some((part) => !parts.includes(part) && !ownParts.includes(part)),
  );
  return { chosen, basis, contained, differencesOnly: differences === 'on' };
}

function chooseBasis(typed: unknown, ticked: AnyPlan | null, own: AnyPlan | null): PlanBasis {
  if (own === null) return 'instead';
  if (typed === 'in-addition' || typed === 'instead') return typed;
  return ticked === null || combinePlans([own, ticked]) === ticked ? 'in-addition' : 'instead';
}

/** Whether the user's own plan can be combined with another one: not on CRM Suite, and not without a known plan. */
export function mayCombine(report: Pick<EntitlementReport, 'model' | 'plan'>): boolean {
  const own = findOwnPlan(report);
  if (own === null || isSuitePlan(own) || report.model === 'suite') return false;
  return basicPlans.some((plan) => combinePlans([own, plan]) !== own);
}

/** The part of a combination that is of the same solution as a basic plan; null if there is none. */
export function findPartOfSolution(combination: AnyPlan, plan: AnyPlan): AnyPlan | null {
  const solutionOf = (key: string) => key.split('-')[0];
  return (
    basicPlans.find(
      (part) => getPlanParts(combination).includes(part) && solutionOf(part) === solutionOf(plan),
    ) ?? null
  );
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
