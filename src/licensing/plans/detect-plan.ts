import {
  isOldPlanModule,
  isPlanModule,
  noPlanModule,
  type OldPlanModule,
  oldSolutionsOf,
  type PlanModule,
} from '../catalogue/plan-modules.ts';
import { type FoundTier, type PerSolution, perSolution } from '../catalogue/solutions.ts';
import { planWithTiers, type UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseLookup, PlanRow } from '../licenses/license-index.ts';
import type { SuiteSubscription } from './detect-suite.ts';
import {
  type AssumedTierSigns,
  findTiers,
  type TierFinding,
  type TierSources,
  tiersFrom,
} from './detect-tiers.ts';

/** A user plan of today. `plan` is one of the 26, or null while a tier is unknown. */
export interface HeldUserPlan {
  readonly kind: 'user-plan';
  readonly plan: UserPlan | null;
  readonly tiers: PerSolution<FoundTier>;
  readonly modules: readonly PlanModule[];
  /** What SuperOffice calls the plan. */
  readonly description: string;
  readonly findings: readonly TierFinding[];
}

/** A user plan of version 8 or 9: it gives solutions without tiers and promises nothing of today's catalogue. */
export interface HeldOldPlan {
  readonly kind: 'old-plan';
  readonly module: OldPlanModule;
  readonly tiers: PerSolution<FoundTier>;
  readonly description: string;
}

/** The user is known to have no plan. `module` is the license that says so, or null where no license allows login. */
export interface NoPlan {
  readonly kind: 'no-plan';
  readonly module: typeof noPlanModule | null;
}

/** A user plan whose name SuperOffice has not documented. */
export interface UndocumentedPlan {
  readonly kind: 'undocumented-plan';
  readonly module: string;
  readonly description: string;
}

/** How a tenant is sold: by user plans, as one CRM Suite plan, or nobody can tell. */
export type PlanModel = 'user-plans' | 'suite' | 'unknown';

/** What one user holds. */
export type RecognisedPlan = HeldUserPlan | HeldOldPlan | NoPlan | UndocumentedPlan | SuiteSubscription;

/**
 * The user plan among a user's licenses; null where there is none although the user may log in.
 * Plans of today win over old ones, and any plan over "no selection".
 */
export function recognisePlan(
  lookup: LicenseLookup,
  assumed: AssumedTierSigns,
): Exclude<RecognisedPlan, SuiteSubscription> | null {
  const held = lookup.plans.filter(isOfToday);
  if (held.length > 0) return userPlan(held, lookup, assumed);
  const others = lookup.plans.filter((row) => row.name !== noPlanModule);
  const [other] = others.toSorted(
    (a, b) => Number(isOldPlanModule(b.name)) - Number(isOldPlanModule(a.name)),
  );
  if (other !== undefined) return otherPlan(other);
  if (lookup.plans.length > 0) return { kind: 'no-plan', module: noPlanModule };
  return mayLogIn(lookup) ? null : { kind: 'no-plan', module: null };
}

// `user` is the login license; where not everything was told of the user, its absence proves nothing.
function mayLogIn({ user, userTold }: LicenseLookup): boolean {
  return !userTold || user.has('user');
}

/** What the tier steps may look at for one plan row of a user. */
function sourcesFor(row: PlanRow, held: readonly PlanRow[], lookup: LicenseLookup): TierSources {
  // A license granted beside the plan says nothing of its tier; the granted ones speak where the set is untold.
  const modules = row.set.length > 0 || held.length > 1 ? new Set(row.set) : lookup.user;
  return { modules, site: lookup.site };
}

type PlanRowOfToday = PlanRow & { readonly name: PlanModule };

function isOfToday(row: PlanRow): row is PlanRowOfToday {
  return isPlanModule(row.name);
}

function userPlan(
  held: readonly PlanRowOfToday[],
  lookup: LicenseLookup,
  assumed: AssumedTierSigns,
): HeldUserPlan {
  const findings = held.flatMap((row) => findTiers(row, sourcesFor(row, held, lookup), assumed));
  const tiers = tiersFrom(findings);
  return {
    kind: 'user-plan',
    plan: planWithTiers(tiers),
    tiers,
    modules: held.map((row) => row.name),
    description: held.map((row) => row.description).join(' + '),
    findings,
  };
}

function otherPlan({ name, description }: PlanRow): HeldOldPlan | UndocumentedPlan {
  if (!isOldPlanModule(name)) return { kind: 'undocumented-plan', module: name, description };
  const solutions = oldSolutionsOf(name);
  const tiers = perSolution((solution) => (solutions.includes(solution) ? 'unknown' : 'none'));
  return { kind: 'old-plan', module: name, tiers, description };
}
