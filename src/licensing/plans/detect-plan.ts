import {
  findPlanModule,
  getOldPlanSolutions,
  isOldPlanModule,
  isPlanModule,
  noPlanModule,
  type OldPlanModule,
  type PlanModule,
} from '../catalogue/plan-modules.ts';
import { type DetectedTier, type PerSolution, perSolution, solutions } from '../catalogue/solutions.ts';
import { findUserPlan, type UserPlan } from '../catalogue/user-plans.ts';
import type { LicenseIndex, PlanRow } from '../licenses/license-index.ts';
import type { SuiteSubscription } from './detect-suite.ts';
import {
  combineTiers,
  detectTiers,
  type TierFinding,
  type TierIndicators,
  type TierSources,
} from './detect-tiers.ts';

/** A current user plan. `plan` is one of the 26 user plans, or null if a tier is unknown. */
export interface AssignedUserPlan {
  readonly kind: 'user-plan';
  readonly plan: UserPlan | null;
  readonly tiers: PerSolution<DetectedTier>;
  readonly modules: readonly PlanModule[];
  /** The description of the plan in the license. */
  readonly description: string;
  readonly findings: readonly TierFinding[];
}

/** A user plan of version 8 or 9. It has solutions without tiers, and the current catalogue does not apply to it. */
interface AssignedOldPlan {
  readonly kind: 'old-plan';
  readonly module: OldPlanModule;
  readonly tiers: PerSolution<DetectedTier>;
  readonly description: string;
}

/** The user has no plan. `module` is the license that marks this; null if the user has no login license. */
interface NoPlan {
  readonly kind: 'no-plan';
  readonly module: typeof noPlanModule | null;
}

/** A user plan with an undocumented module name. */
interface UndocumentedPlan {
  readonly kind: 'undocumented-plan';
  readonly module: string;
  readonly description: string;
}

/** The subscription model of a tenant: user plans, or one CRM Suite plan for all users. */
export type PlanModel = 'user-plans' | 'suite' | 'unknown';

/** The plan of one user. */
export type DetectedPlan = AssignedUserPlan | AssignedOldPlan | NoPlan | UndocumentedPlan | SuiteSubscription;

/**
 * Detects the user plan in a user's licenses. Null if there is none but the user can possibly log in. Current plans take
 * precedence over old plans, and any plan over "no selection".
 */
export function detectPlan(
  licenseIndex: LicenseIndex,
  assumed: TierIndicators,
): Exclude<DetectedPlan, SuiteSubscription> | null {
  const current = licenseIndex.plans.filter(isCurrentPlan);
  if (current.length > 0) return toUserPlan(current, licenseIndex, assumed);
  const others = licenseIndex.plans.filter((row) => row.name !== noPlanModule);
  const [other] = others.toSorted(
    (a, b) => Number(isOldPlanModule(b.name)) - Number(isOldPlanModule(a.name)),
  );
  if (other !== undefined) return toOtherPlan(other);
  if (licenseIndex.plans.length > 0) return { kind: 'no-plan', module: noPlanModule };
  return canLogIn(licenseIndex) ? null : { kind: 'no-plan', module: null };
}

/**
 * A user plan as an assigned plan, for what-if questions: its tiers are known, so no tier detection is needed. The same object
 * for the same plan.
 */
export function toAssignedPlan(plan: UserPlan): AssignedUserPlan {
  const assigned = assignedPlans.get(plan) ?? createAssignedPlan(plan);
  assignedPlans.set(plan, assigned);
  return assigned;
}

const assignedPlans = new WeakMap<UserPlan, AssignedUserPlan>();

function createAssignedPlan(plan: UserPlan): AssignedUserPlan {
  const module = findPlanModule(plan.tiers);
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

// `user` is the login license. If not all user licenses are known, the user can have it although it is missing.
function canLogIn({ user, userLicensesKnown }: LicenseIndex): boolean {
  return !userLicensesKnown || user.has('user');
}

// The licenses from which the tier of one plan row can be detected.
function getTierSources(row: PlanRow, rows: readonly PlanRow[], licenseIndex: LicenseIndex): TierSources {
  // A license granted separately does not identify the tier of the plan. It is used only if the plan's set is unknown.
  const modules = row.set.length > 0 || rows.length > 1 ? new Set(row.set) : licenseIndex.user;
  return { modules, site: licenseIndex.site };
}

type CurrentPlanRow = PlanRow & { readonly name: PlanModule };

function isCurrentPlan(row: PlanRow): row is CurrentPlanRow {
  return isPlanModule(row.name);
}

function toUserPlan(
  rows: readonly CurrentPlanRow[],
  licenseIndex: LicenseIndex,
  assumed: TierIndicators,
): AssignedUserPlan {
  const findings = rows.flatMap((row) => detectTiers(row, getTierSources(row, rows, licenseIndex), assumed));
  const tiers = combineTiers(findings);
  return {
    kind: 'user-plan',
    plan: findUserPlan(tiers),
    tiers,
    modules: rows.map((row) => row.name),
    description: rows.map((row) => row.description).join(' + '),
    findings,
  };
}

function toOtherPlan({ name, description }: PlanRow): AssignedOldPlan | UndocumentedPlan {
  if (!isOldPlanModule(name)) return { kind: 'undocumented-plan', module: name, description };
  const oldSolutions = getOldPlanSolutions(name);
  const tiers = perSolution((solution) => (oldSolutions.includes(solution) ? 'unknown' : 'none'));
  return { kind: 'old-plan', module: name, tiers, description };
}
