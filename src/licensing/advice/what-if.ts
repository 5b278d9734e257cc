import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { planModuleFor } from '../catalogue/plan-modules.ts';
import { perSolution } from '../catalogue/solutions.ts';
import { type PlanKey, planOf, type UserPlan } from '../catalogue/user-plans.ts';
import type { FeatureState } from '../entitlements/entitlement.ts';
import type { PlanReport } from '../entitlements/entitlement-report.ts';
import { reportHolding, type TenantKnown } from '../entitlements/user-report.ts';
import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import { type LicenseLookup, lookUpLicenses } from '../licenses/license-index.ts';
import { moduleName } from '../licenses/module-names.ts';
import { type Seat, seatFor } from '../plans/seat-availability.ts';
import { asHeldPlan, type KnownPlan, type LicensesOfPlan, licensesOfPlan } from './plan-licenses.ts';

/** What a user would have on another plan. */
export interface WhatIf {
  readonly plan: PlanKey;
  readonly seat: Seat;
  /** Whether the tenant's own row of this plan tells its licenses, or only the catalogue. */
  readonly licensesFrom: LicensesOfPlan['from'];
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
  const held = lookUpLicenses(tenant.lookup, user, tenant.today);
  const licenses = licensesOfPlan(plan, tenant, knownPlanOf(before, held));
  const onPlan = userOnPlan(user, held, plan, licenses.user);
  const modules = new Set([...tenant.lookup.modules, ...licenses.missingSite]);
  const lookup = lookUpLicenses({ ...tenant.lookup, modules }, onPlan, tenant.today);
  const report = reportHolding(tenant, onPlan, lookup, asHeldPlan(plan));
  return {
    plan: key,
    seat: seatFor(tenant.sold, plan),
    licensesFrom: licenses.from,
    assumedSiteLicenses: licenses.missingSite,
    report,
    changes: differencesBetween(before, report),
  };
}

// What the user's plan of today is known to bring; of another kind of plan nothing counts.
function knownPlanOf({ plan }: PlanReport, lookup: LicenseLookup): KnownPlan {
  const isOfToday = plan?.kind === 'user-plan';
  return isOfToday
    ? { tiers: plan.tiers, set: lookup.plans.flatMap(({ set }) => set) }
    : { tiers: perSolution(() => 'none'), set: [] };
}

// Licenses granted beside a plan stay; of one that the plan assigns too nobody can tell, and it goes.
function userOnPlan(
  user: UserLicenses,
  held: LicenseLookup,
  plan: UserPlan,
  licenses: readonly string[],
): UserLicenses {
  const given = new Set(held.plans.flatMap(({ name, set }) => [name, ...set]));
  const kept = user.granted.filter(({ name }) => !given.has(moduleName(name)));
  const planRow: GrantedLicense = {
    owner: 'SUPEROFFICE',
    name: planModuleFor(plan.tiers) ?? '',
    scope: 'user',
    description: plan.label,
    version: '',
    expiryDate: null,
    extraFlags: 1,
    extraInfo: `set=${licenses.join()}`,
  };
  return { ...user, granted: [...kept, planRow] };
}

// Groups are left out: what differs in them differs in a feature of theirs.
function differencesBetween(before: PlanReport, after: PlanReport): readonly FeatureDifference[] {
  return [...before.features.values()].flatMap(({ feature, state, reason }) => {
    const now = after.features.get(feature)?.state ?? state;
    return reason === 'group-of-features' || now === state ? [] : [{ feature, before: state, after: now }];
  });
}
