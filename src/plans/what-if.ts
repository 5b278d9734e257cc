import type { FeatureState } from './entitlement.ts';
import type { FeatureKey } from './feature-keys.ts';
import { sorted } from './in-order.ts';
import type { GrantedLicense, UserLicenses } from './license-data.ts';
import { type LicenseLookup, lookUpLicenses, type TenantLookup } from './license-lookup.ts';
import { moduleName } from './module-names.ts';
import { planModuleFor } from './plan-modules.ts';
import type { PlanReport } from './plan-report.ts';
import type { HeldUserPlan } from './recognise-plan.ts';
import { reportHolding, type TenantKnown } from './report-user.ts';
import type { FeatureRule } from './rules.ts';
import { rowsSellingPlan, type Seat, seatFor } from './seats.ts';
import {
  type FoundTier,
  type PerSolution,
  type PlanTier,
  perSolution,
  solutions,
  tierRank,
} from './solutions.ts';
import { contains } from './upgrades.ts';
import { type PlanKey, planOf, type UserPlan } from './user-plans.ts';

/** What a user plan is known to bring. */
interface LicensesHeld {
  readonly tiers: PerSolution<FoundTier>;
  readonly set: readonly string[];
}

/** What a user would have on another plan. */
export interface WhatIf {
  readonly plan: PlanKey;
  readonly seat: Seat;
  /** Whether the tenant's own row of this plan tells its licenses, or only the catalogue. */
  readonly licensesFrom: 'tenant' | 'catalogue';
  /** Site licenses the tenant lacks, assumed to come with the plan. */
  readonly assumedSiteLicenses: readonly string[];
  readonly report: PlanReport;
  /** The features whose state would be another, in catalogue order. */
  readonly changes: readonly FeatureDifference[];
}

/** A feature that is in another state than before. */
export interface FeatureDifference {
  readonly feature: FeatureKey;
  readonly before: FeatureState;
  readonly after: FeatureState;
}

interface LicensesOfPlan {
  readonly from: WhatIf['licensesFrom'];
  readonly user: readonly string[];
  /** Site licenses its features need and the tenant lacks; of alternatives the first. */
  readonly missingSite: readonly string[];
}

/**
 * What a user would have on another user plan; null on a CRM Suite tenant, where there are none. `before` is the
 * user's report of today.
 */
export function whatIf(
  tenant: TenantKnown,
  user: UserLicenses,
  before: PlanReport,
  key: PlanKey,
): WhatIf | null {
  if (before.model === 'suite') return null;
  const plan = planOf(key);
  const today = lookUpLicenses(tenant.lookup, user, tenant.today);
  const licenses = licensesOfPlan(plan, tenant, licensesHeld(before, today));
  const then = userOnPlan(user, today, plan, licenses.user);
  const modules = new Set([...tenant.lookup.modules, ...licenses.missingSite]);
  const lookup = lookUpLicenses({ ...tenant.lookup, modules }, then, tenant.today);
  const report = reportHolding(tenant, then, lookup, asHeldPlan(plan));
  return {
    plan: key,
    seat: seatFor(tenant.sold, plan),
    licensesFrom: licenses.from,
    assumedSiteLicenses: licenses.missingSite,
    report,
    changes: differencesBetween(before, report),
  };
}

// What SuperOffice puts in most plans is not published (licences.md 10). The tenant's own row of the plan tells; else
// what its features need by the catalogue, and what the lesser plans are known to have.
function licensesOfPlan(
  plan: UserPlan,
  { rules, lookup, sold }: TenantKnown,
  held: LicensesHeld,
): LicensesOfPlan {
  const contained = [...rules.features.values()].filter(({ rows }) =>
    rows.some((row) => contains(plan.tiers, row)),
  );
  const missingSite = sorted(contained.flatMap((rule) => missingSiteLicense(rule, lookup)));
  const own = sorted(rowsSellingPlan(sold, plan).flatMap(({ row }) => row.set));
  if (own.length > 0) return { from: 'tenant', user: own, missingSite };
  const lesser = [...sold.plans.map(({ row, tiers }) => ({ set: row.set, tiers })), held];
  const user = [
    ...contained.flatMap((rule) => rule.user),
    ...lesser.flatMap(({ set, tiers }) => (isWithin(tiers, plan.tiers) ? set : [])),
  ];
  return { from: 'catalogue', user: sorted(user), missingSite };
}

function isWithin(tiers: PerSolution<FoundTier>, most: PerSolution<PlanTier>): boolean {
  return solutions.every(
    (each) => tiers[each] !== 'unknown' && tierRank(tiers[each]) <= tierRank(most[each]),
  );
}

// What the user's plan of today is known to bring; of another kind of plan nothing counts.
function licensesHeld({ plan }: PlanReport, lookup: LicenseLookup): LicensesHeld {
  const isOfToday = plan?.kind === 'user-plan';
  return isOfToday
    ? { tiers: plan.tiers, set: lookup.plans.flatMap(({ set }) => set) }
    : { tiers: perSolution(() => 'none'), set: [] };
}

// Licenses granted beside a plan stay.
function userOnPlan(
  user: UserLicenses,
  today: LicenseLookup,
  plan: UserPlan,
  licenses: readonly string[],
): UserLicenses {
  const given = new Set(today.plans.flatMap(({ name, set }) => [name, ...set]));
  const kept = user.granted.filter(({ name }) => !given.has(moduleName(name)));
  const extraInfo = `set=${licenses.join()}`;
  const planRow = {
    name: planModuleFor(plan.tiers) ?? '',
    description: plan.label,
    extraFlags: 1,
    extraInfo,
  };
  return {
    ...user,
    granted: [...kept, grantedUserLicense(planRow), ...licenses.map((name) => grantedUserLicense({ name }))],
  };
}

// The plan is asked about, so nothing has to find its tiers.
function asHeldPlan(plan: UserPlan): HeldUserPlan {
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
        return { solution, tier: plan.tiers[solution], step: 'what-if', by: null, confidence: 'documented' };
      }),
  };
}

/**
 * What differs between two reports, feature by feature; groups are left out.
 *
 * @example
 * differencesBetween(salesEssentialReport, salesEssentialReport)
 * // → []
 */
export function differencesBetween(before: PlanReport, after: PlanReport): readonly FeatureDifference[] {
  return [...before.features.values()].flatMap(({ feature, state, reason }) => {
    const now = after.features.get(feature)?.state ?? state;
    return reason === 'group-of-features' || now === state ? [] : [{ feature, before: state, after: now }];
  });
}

function missingSiteLicense({ site }: FeatureRule, { modules }: TenantLookup): readonly string[] {
  return site.some((name) => modules.has(name)) ? [] : site.slice(0, 1);
}

function grantedUserLicense(told: Partial<GrantedLicense> & { readonly name: string }): GrantedLicense {
  return {
    owner: 'SUPEROFFICE',
    scope: 'user',
    description: '',
    version: '',
    expiryDate: null,
    extraFlags: 0,
    extraInfo: '',
    ...told,
  };
}
