import type { Confidence } from '../catalogue/confidence.ts';
import type { OldPlanModule } from '../catalogue/plan-modules.ts';
import { type PerSolution, type Solution, solutions, type Tier } from '../catalogue/solutions.ts';
import { isSuitePlanAtLeast, type SuitePlan, suitePlans } from '../catalogue/suite-plans.ts';
import { sortedUnique } from '../licenses/collections.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { AssignedUserPlan, DetectedPlan } from '../plans/detect-plan.ts';

/** The Suite plan that replaces each tier of a solution (docs/superoffice/user-plans.md#8-crm-suite). */
const targets: PerSolution<Readonly<Record<Tier, SuitePlan>>> = {
  sales: { essential: 'core', premium: 'growth' },
  service: { essential: 'core', premium: 'growth' },
  marketing: { essential: 'growth', premium: 'plus' },
};

/** A tier that at least one user of the tenant has. */
interface AssignedTier {
  readonly solution: Solution;
  readonly tier: Tier;
}

/** What makes the Suite plan undetermined: an unknown tier, or a plan that the published table does not list. */
export type UnknownPart =
  | { readonly kind: 'tier'; readonly solution: Solution }
  | { readonly kind: 'old-plan'; readonly module: OldPlanModule }
  | { readonly kind: 'undocumented-plan'; readonly module: string }
  /** A user whose plan is unknown. */
  | { readonly kind: 'plan' };

/** The Suite plan that a tenant's user plans lead to. */
export type SuiteTarget =
  /** The tenant is already on CRM Suite; `plan` is null if it is unknown. */
  | { readonly kind: 'on-suite'; readonly plan: SuitePlan | null }
  | { readonly kind: 'no-assigned-plan' }
  /** `by`: the tiers that lead to the plan. `unknown`: unknown parts that do not change the result. */
  | {
      readonly kind: 'plan';
      readonly plan: SuitePlan;
      readonly by: readonly AssignedTier[];
      readonly unknown: readonly UnknownPart[];
      readonly confidence: Exclude<Confidence, 'none'>;
    }
  /** The unknown parts decide between these two plans and the plans between them. */
  | {
      readonly kind: 'range';
      readonly atLeast: SuitePlan;
      readonly atMost: SuitePlan;
      readonly unknown: readonly UnknownPart[];
    };

/**
 * Finds the Suite plan a tenant would move to, given the plan of each user (null: unknown). The highest tier of any
 * user decides for all (docs/superoffice/user-plans.md#8-crm-suite). A plan that the published table does not list may
 * lead to any plan up to the highest in the table; this is inferred.
 *
 * @example
 * findSuiteTarget([salesEssentialPlan, marketingPremiumPlan])
 * // → {
 * //   kind: 'plan',
 * //   plan: 'plus',
 * //   by: [{ solution: 'marketing', tier: 'premium' }],
 * //   unknown: [],
 * //   confidence: 'documented',
 * // }
 *
 * @example
 * findSuiteTarget([salesPlanOfUnknownTier])
 * // → { kind: 'range', atLeast: 'core', atMost: 'growth', unknown: [{ kind: 'tier', solution: 'sales' }] }
 */
export function findSuiteTarget(plans: readonly (DetectedPlan | null)[]): SuiteTarget {
  const suites = new Set(plans.flatMap((plan) => (plan?.kind === 'suite' ? [plan.plan] : [])));
  if (suites.size > 0) return { kind: 'on-suite', plan: getOnlyPlan(suites) };
  const known = solutions.flatMap((solution) => assignedTiers(plans, solution));
  const unknown = unknownParts(plans);
  const bounds = [
    ...known.map((part) => [getTarget(part), getTarget(part)] as const),
    ...unknown.map(getBounds),
  ];
  if (bounds.length === 0) return { kind: 'no-assigned-plan' };
  const atLeast = findHighest(bounds.map(([lower]) => lower));
  const atMost = findHighest(bounds.map(([, upper]) => upper));
  if (atLeast !== atMost) return { kind: 'range', atLeast, atMost, unknown };
  const by = known.filter((part) => getTarget(part) === atLeast);
  const confidence = unknown.every(({ kind }) => kind === 'tier') ? 'documented' : 'inferred';
  return { kind: 'plan', plan: atLeast, by, unknown, confidence };
}

/**
 * Memoizes `findSuiteTarget` by the list of users, which must not be changed: the target is the same for every user
 * of a tenant. `getPlan` returns the detected plan of a user.
 *
 * @example
 * memoizeSuiteTargets(() => salesEssentialPlan)([essentialUser]).kind
 * // → 'plan'
 */
export function memoizeSuiteTargets(
  getPlan: (user: UserLicenses) => DetectedPlan | null,
): (users: readonly UserLicenses[]) => SuiteTarget {
  const targets = new WeakMap<readonly UserLicenses[], SuiteTarget>();
  return (users) => {
    const target = targets.get(users) ?? findSuiteTarget(users.map((user) => getPlan(user)));
    targets.set(users, target);
    return target;
  };
}

function assignedTiers(plans: readonly (DetectedPlan | null)[], solution: Solution): readonly AssignedTier[] {
  const found = plans.filter(isUserPlan).map(({ tiers }) => tiers[solution]);
  const tiers: readonly Tier[] = ['essential', 'premium'];
  return tiers.filter((tier) => found.includes(tier)).map((tier) => ({ solution, tier }));
}

function unknownParts(plans: readonly (DetectedPlan | null)[]): readonly UnknownPart[] {
  const tiers = solutions
    .filter((solution) => plans.filter(isUserPlan).some((plan) => plan.tiers[solution] === 'unknown'))
    .map((solution) => ({ kind: 'tier', solution }) as const);
  const old = plans.flatMap((plan) => (plan?.kind === 'old-plan' ? [plan.module] : []));
  const others = plans.flatMap((plan) => (plan?.kind === 'undocumented-plan' ? [plan.module] : []));
  return [
    ...tiers,
    ...[...new Set(old)].sort().map((module) => ({ kind: 'old-plan', module }) as const),
    ...sortedUnique(others).map((module) => ({ kind: 'undocumented-plan', module }) as const),
    ...(plans.includes(null) ? [{ kind: 'plan' } as const] : []),
  ];
}

function getBounds(part: UnknownPart): readonly [lower: SuitePlan, upper: SuitePlan] {
  if (part.kind !== 'tier')
    return ['starter', findHighest(solutions.flatMap((each) => Object.values(targets[each])))];
  const { essential, premium } = targets[part.solution];
  return [essential, premium];
}

function getTarget({ solution, tier }: AssignedTier): SuitePlan {
  return targets[solution][tier];
}

function findHighest(plans: readonly SuitePlan[]): SuitePlan {
  return plans.reduce((best, plan) => (isSuitePlanAtLeast(plan, best) ? plan : best), suitePlans[0]);
}

function getOnlyPlan(plans: ReadonlySet<SuitePlan | null>): SuitePlan | null {
  const [plan = null] = plans;
  return plans.size === 1 ? plan : null;
}

function isUserPlan(plan: DetectedPlan | null): plan is AssignedUserPlan {
  return plan?.kind === 'user-plan';
}
