import {
  getOldPlanSolutions,
  isOldPlanModule,
  isPlanModule,
  noPlanModule,
  type OldPlanModule,
  type PlanModule,
  planModuleFor,
} from '../catalogue/plan-modules.ts';
import { type FoundTier, type PerSolution, perSolution, solutions } from '../catalogue/solutions.ts';
import { planWithTiers, type UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseIndex, PlanRow } from '../licenses/license-index.ts';
import type { SuiteSubscription } from './detect-suite.ts';
import {
  detectTiers,
  type TierFinding,
  type TierIndicators,
  type TierSources,
  tiersFrom,
} from './detect-tiers.ts';

/** A user plan of today. `plan` is one of the 26, or null while a tier is unknown. */
export interface AssignedUserPlan {
  readonly kind: 'user-plan';
  readonly plan: UserPlan | null;
  readonly tiers: PerSolution<FoundTier>;
  readonly modules: readonly PlanModule[];
  /** What SuperOffice calls the plan. */
  readonly description: string;
  readonly findings: readonly TierFinding[];
}

/** A user plan of version 8 or 9: it gives solutions without tiers and promises nothing of today's catalogue. */
interface AssignedOldPlan {
  readonly kind: 'old-plan';
  readonly module: OldPlanModule;
  readonly tiers: PerSolution<FoundTier>;
  readonly description: string;
}

/** The user is known to have no plan. `module` is the license that says so, or null where no license allows login. */
interface NoPlan {
  readonly kind: 'no-plan';
  readonly module: typeof noPlanModule | null;
}

/** A user plan whose name SuperOffice has not documented. */
interface UndocumentedPlan {
  readonly kind: 'undocumented-plan';
  readonly module: string;
  readonly description: string;
}

/** How a tenant is sold: by user plans, as one CRM Suite plan, or nobody can tell. */
export type PlanModel = 'user-plans' | 'suite' | 'unknown';

/** What one user holds. */
export type DetectedPlan = AssignedUserPlan | AssignedOldPlan | NoPlan | UndocumentedPlan | SuiteSubscription;

/**
 * The user plan among a user's licenses; null where there is none although the user may log in.
 * Plans of today win over old ones, and any plan over "no selection".
 */
export function detectPlan(
  licenseIndex: LicenseIndex,
  assumed: TierIndicators,
): Exclude<DetectedPlan, SuiteSubscription> | null {
  const held = licenseIndex.plans.filter(isOfToday);
  if (held.length > 0) return userPlan(held, licenseIndex, assumed);
  const others = licenseIndex.plans.filter((row) => row.name !== noPlanModule);
  const [other] = others.toSorted(
    (a, b) => Number(isOldPlanModule(b.name)) - Number(isOldPlanModule(a.name)),
  );
  if (other !== undefined) return otherPlan(other);
  if (licenseIndex.plans.length > 0) return { kind: 'no-plan', module: noPlanModule };
  return mayLogIn(licenseIndex) ? null : { kind: 'no-plan', module: null };
}

/**
 * A user plan as an assigned plan, for what-if questions: its tiers are known, so no tier detection is needed.
 */
export function toAssignedPlan(plan: UserPlan): AssignedUserPlan {
  const module = planModuleFor(plan.tiers);
  return {
    kind: 'user-plan',
    plan,
    tiers: plan.tiers,
    modules: module === null ? [] : [module],
    description: plan.label,
    findings: solutions
      .filter((solution) => plan.tiers[solution] !== 'none')
      .map((solution) => {
        const tier = plan.tiers[solution];
        return { solution, tier, step: 'what-if', by: null, confidence: 'documented', against: [] };
      }),
  };
}

// `user` is the login license; where not everything was told of the user, its absence proves nothing.
function mayLogIn({ user, userLicensesKnown }: LicenseIndex): boolean {
  return !userLicensesKnown || user.has('user');
}

/** What the tier steps may look at for one plan row of a user. */
function sourcesFor(row: PlanRow, held: readonly PlanRow[], licenseIndex: LicenseIndex): TierSources {
  // A license granted beside the plan says nothing of its tier; the granted ones speak where the set is untold.
  const modules = row.set.length > 0 || held.length > 1 ? new Set(row.set) : licenseIndex.user;
  return { modules, site: licenseIndex.site };
}

type PlanRowOfToday = PlanRow & { readonly name: PlanModule };

function isOfToday(row: PlanRow): row is PlanRowOfToday {
  return isPlanModule(row.name);
}

function userPlan(
  held: readonly PlanRowOfToday[],
  licenseIndex: LicenseIndex,
  assumed: TierIndicators,
): AssignedUserPlan {
  const findings = held.flatMap((row) => detectTiers(row, sourcesFor(row, held, licenseIndex), assumed));
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

function otherPlan({ name, description }: PlanRow): AssignedOldPlan | UndocumentedPlan {
  if (!isOldPlanModule(name)) return { kind: 'undocumented-plan', module: name, description };
  const oldSolutions = getOldPlanSolutions(name);
  const tiers = perSolution((solution) => (oldSolutions.includes(solution) ? 'unknown' : 'none'));
  return { kind: 'old-plan', module: name, tiers, description };
}
