import type { Confidence } from '../catalogue/confidence.ts';
import type { OldPlanModule } from '../catalogue/plan-modules.ts';
import { type PerSolution, type Solution, solutions, type Tier } from '../catalogue/solutions.ts';
import { type SuitePlan, suitePlans, suiteReaches } from '../catalogue/suite-plans.ts';
import { sortedUnique } from '../licenses/collections.ts';
import type { UserLicenses } from '../licenses/license-data.ts';
import type { AssignedUserPlan, DetectedPlan } from '../plans/detect-plan.ts';

/** Which Suite plan each tier of a solution leads to (docs/superoffice/user-plans.md#8-crm-suite). */
const targets: PerSolution<Readonly<Record<Tier, SuitePlan>>> = {
  sales: { essential: 'core', premium: 'growth' },
  service: { essential: 'core', premium: 'growth' },
  marketing: { essential: 'growth', premium: 'plus' },
};

/** A tier somebody in the tenant holds. */
interface AssignedTier {
  readonly solution: Solution;
  readonly tier: Tier;
}

/** What leaves the Suite plan open: a tier, or a plan the published table does not name. */
export type UnknownPart =
  | { readonly kind: 'tier'; readonly solution: Solution }
  | { readonly kind: 'old-plan'; readonly module: OldPlanModule }
  | { readonly kind: 'undocumented-plan'; readonly module: string }
  /** A user of whom nobody can tell which plan they hold. */
  | { readonly kind: 'plan' };

/** Which Suite plan a tenant's users lead to. */
export type SuiteTarget =
  /** The tenant is on CRM Suite already; `plan` is null where it is unknown. */
  | { readonly kind: 'on-suite'; readonly plan: SuitePlan | null }
  | { readonly kind: 'no-assigned-plan' }
  /** `by`: the tiers that lead there. `unknown`: what is unknown without making a difference. */
  | {
      readonly kind: 'plan';
      readonly plan: SuitePlan;
      readonly by: readonly AssignedTier[];
      readonly unknown: readonly UnknownPart[];
      readonly confidence: Exclude<Confidence, 'none'>;
    }
  /** What is unknown decides between these two plans and those in between. */
  | {
      readonly kind: 'range';
      readonly atLeast: SuitePlan;
      readonly atMost: SuitePlan;
      readonly unknown: readonly UnknownPart[];
    };

/**
 * The Suite plan a tenant moves to, from what each of its users holds (null: unknown). The highest tier any
 * of them has decides for all (docs/superoffice/user-plans.md#8-crm-suite). Plans the table does not name may
 * lead to any plan up to the highest in the table, which is inferred.
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
export function findSuiteTarget(held: readonly (DetectedPlan | null)[]): SuiteTarget {
  const suites = new Set(held.flatMap((plan) => (plan?.kind === 'suite' ? [plan.plan] : [])));
  if (suites.size > 0) return { kind: 'on-suite', plan: onlyOne(suites) };
  const known = solutions.flatMap((solution) => assignedTiers(held, solution));
  const unknown = unknownParts(held);
  const bounds = [
    ...known.map((part) => [targetOf(part), targetOf(part)] as const),
    ...unknown.map(boundsOf),
  ];
  if (bounds.length === 0) return { kind: 'no-assigned-plan' };
  const atLeast = highest(bounds.map(([least]) => least));
  const atMost = highest(bounds.map(([, most]) => most));
  if (atLeast !== atMost) return { kind: 'range', atLeast, atMost, unknown };
  const by = known.filter((part) => targetOf(part) === atLeast);
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

function assignedTiers(held: readonly (DetectedPlan | null)[], solution: Solution): readonly AssignedTier[] {
  const found = held.filter(isUserPlan).map(({ tiers }) => tiers[solution]);
  const tiers: readonly Tier[] = ['essential', 'premium'];
  return tiers.filter((tier) => found.includes(tier)).map((tier) => ({ solution, tier }));
}

function unknownParts(held: readonly (DetectedPlan | null)[]): readonly UnknownPart[] {
  const tiers = solutions
    .filter((solution) => held.filter(isUserPlan).some((plan) => plan.tiers[solution] === 'unknown'))
    .map((solution) => ({ kind: 'tier', solution }) as const);
  const old = held.flatMap((plan) => (plan?.kind === 'old-plan' ? [plan.module] : []));
  const others = held.flatMap((plan) => (plan?.kind === 'undocumented-plan' ? [plan.module] : []));
  return [
    ...tiers,
    ...[...new Set(old)].sort().map((module) => ({ kind: 'old-plan', module }) as const),
    ...sortedUnique(others).map((module) => ({ kind: 'undocumented-plan', module }) as const),
    ...(held.includes(null) ? [{ kind: 'plan' } as const] : []),
  ];
}

function boundsOf(part: UnknownPart): readonly [least: SuitePlan, most: SuitePlan] {
  if (part.kind !== 'tier')
    return ['starter', highest(solutions.flatMap((each) => Object.values(targets[each])))];
  const { essential, premium } = targets[part.solution];
  return [essential, premium];
}

function targetOf({ solution, tier }: AssignedTier): SuitePlan {
  return targets[solution][tier];
}

function highest(plans: readonly SuitePlan[]): SuitePlan {
  return plans.reduce((best, plan) => (suiteReaches(plan, best) ? plan : best), suitePlans[0]);
}

function onlyOne(plans: ReadonlySet<SuitePlan | null>): SuitePlan | null {
  const [plan = null] = plans;
  return plans.size === 1 ? plan : null;
}

function isUserPlan(plan: DetectedPlan | null): plan is AssignedUserPlan {
  return plan?.kind === 'user-plan';
}
