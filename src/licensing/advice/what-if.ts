import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { planModuleFor } from '../catalogue/plan-modules.ts';
import { perSolution } from '../catalogue/solutions.ts';
import { getUserPlan, type PlanKey, type UserPlan } from '../catalogue/user-plans.ts';
import type { FeatureState } from '../entitlements/entitlement.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import { reportForPlan, type TenantIndex } from '../entitlements/user-report.ts';
import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import { indexLicenses, type LicenseIndex } from '../licenses/license-index.ts';
import { moduleName } from '../licenses/module-names.ts';
import { toAssignedPlan } from '../plans/detect-plan.ts';
import { type Seat, seatFor } from '../plans/seat-availability.ts';
import { findPlanLicenses, type KnownPlan, type PlanLicenses } from './plan-licenses.ts';

/** What a user would have on another plan. */
export interface WhatIf {
  readonly plan: PlanKey;
  readonly seat: Seat;
  /** Whether the tenant's own row of this plan tells its licenses, or only the catalogue. */
  readonly licensesFrom: PlanLicenses['from'];
  /** Site licenses the tenant lacks, assumed to come with the plan. */
  readonly assumedSiteLicenses: readonly string[];
  readonly report: EntitlementReport;
  /** The features whose state would be another, in catalogue order. */
  readonly changes: readonly FeatureDifference[];
}

/** A feature that is in another state than before. */
interface FeatureDifference {
  readonly feature: FeatureKey;
  readonly before: FeatureState;
  readonly after: FeatureState;
}

/**
 * What a user would have on another user plan; null on a CRM Suite tenant, where there are none. `before` is the
 * user's report of today.
 */
export function whatIf(
  tenant: TenantIndex,
  user: UserLicenses,
  before: EntitlementReport,
  key: PlanKey,
): WhatIf | null {
  if (before.model === 'suite') return null;
  const plan = getUserPlan(key);
  const held = indexLicenses(tenant.licenseIndex, user, tenant.today);
  const licenses = findPlanLicenses(plan, tenant, knownPlanOf(before, held));
  const onPlan = userOnPlan(user, held, plan, licenses.user);
  const modules = new Set([...tenant.licenseIndex.modules, ...licenses.missingSite]);
  const licenseIndex = indexLicenses({ ...tenant.licenseIndex, modules }, onPlan, tenant.today);
  const report = reportForPlan(tenant, onPlan, licenseIndex, toAssignedPlan(plan));
  return {
    plan: key,
    seat: seatFor(tenant.purchasedPlans, plan),
    licensesFrom: licenses.from,
    assumedSiteLicenses: licenses.missingSite,
    report,
    changes: differencesBetween(before, report),
  };
}

// What the user's plan of today is known to bring; of another kind of plan nothing counts.
function knownPlanOf({ plan }: EntitlementReport, licenseIndex: LicenseIndex): KnownPlan {
  const isOfToday = plan?.kind === 'user-plan';
  return isOfToday
    ? { tiers: plan.tiers, set: licenseIndex.plans.flatMap(({ set }) => set) }
    : { tiers: perSolution(() => 'none'), set: [] };
}

// Licenses granted beside a plan stay; of one that the plan assigns too nobody can tell, and it goes.
function userOnPlan(
  user: UserLicenses,
  held: LicenseIndex,
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
function differencesBetween(
  before: EntitlementReport,
  after: EntitlementReport,
): readonly FeatureDifference[] {
  return [...before.features.values()].flatMap(({ feature, state, reason }) => {
    const now = after.features.get(feature)?.state ?? state;
    return reason === 'group-of-features' || now === state ? [] : [{ feature, before: state, after: now }];
  });
}
