import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { findPlanModule } from '../catalogue/plan-modules.ts';
import { perSolution } from '../catalogue/solutions.ts';
import { getUserPlan, type PlanKey, type UserPlan } from '../catalogue/user-plans.ts';
import type { FeatureState } from '../entitlements/entitlement.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import { reportForPlan, stateFinder, type TenantIndex } from '../entitlements/user-report.ts';
import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import { indexLicenses, type LicenseIndex } from '../licenses/license-index.ts';
import { normalizeModuleName } from '../licenses/module-names.ts';
import { toAssignedPlan } from '../plans/detect-plan.ts';
import { findSeat, type Seat } from '../plans/seat-availability.ts';
import { findPlanLicenses, type KnownPlan, type PlanLicenses } from './plan-licenses.ts';

/** What a user would have on another plan. */
export interface WhatIf {
  readonly plan: PlanKey;
  readonly seat: Seat;
  /** Where the licenses of the plan come from: the tenant's own row of it, or the catalogue. */
  readonly licensesFrom: PlanLicenses['from'];
  /** Site licenses that the tenant lacks and that are assumed to come with the plan. */
  readonly assumedSiteLicenses: readonly string[];
  readonly report: EntitlementReport;
  /** The features whose state would change, in catalogue order. */
  readonly changes: readonly FeatureDifference[];
}

/** A feature whose state changes. */
interface FeatureDifference {
  readonly feature: FeatureKey;
  readonly before: FeatureState;
  readonly after: FeatureState;
}

/**
 * Decides what a user would have on another user plan. Null on a CRM Suite tenant, which has no user plans. `before` is
 * the user's current report.
 */
export function whatIf(
  tenant: TenantIndex,
  user: UserLicenses,
  before: EntitlementReport,
  key: PlanKey,
): WhatIf | null {
  if (before.model === 'suite') return null;
  const plan = getUserPlan(key);
  const { licenses, onPlan, licenseIndex } = moveToPlan(tenant, user, before, plan);
  const report = reportForPlan(tenant, onPlan, licenseIndex, toAssignedPlan(plan));
  return {
    plan: key,
    seat: findSeat(tenant.purchasedPlans, plan),
    licensesFrom: licenses.from,
    assumedSiteLicenses: licenses.missingSite,
    report,
    changes: findDifferences(before, (feature) => report.features.get(feature)?.state),
  };
}

/** The changes of `whatIf` alone; none on a CRM Suite tenant. */
export function findPlanChanges(
  tenant: TenantIndex,
  user: UserLicenses,
  before: EntitlementReport,
  key: PlanKey,
): readonly FeatureDifference[] {
  if (before.model === 'suite') return [];
  const plan = getUserPlan(key);
  const { onPlan, licenseIndex } = moveToPlan(tenant, user, before, plan);
  const getState = stateFinder(tenant, onPlan, licenseIndex, toAssignedPlan(plan));
  return findDifferences(before, getState);
}

/** The licenses of a user on another plan. */
function moveToPlan(tenant: TenantIndex, user: UserLicenses, before: EntitlementReport, plan: UserPlan) {
  const current = indexLicenses(tenant.licenseIndex, user, tenant.today);
  const licenses = findPlanLicenses(plan, tenant, toKnownPlan(before, current));
  const onPlan = assignPlan(user, current, plan, licenses.user);
  const modules = new Set([...tenant.licenseIndex.modules, ...licenses.missingSite]);
  const licenseIndex = indexLicenses({ ...tenant.licenseIndex, modules }, onPlan, tenant.today);
  return { licenses, onPlan, licenseIndex };
}

// The known contents of the user's current plan; nothing is known for other kinds of plan.
function toKnownPlan({ plan }: EntitlementReport, licenseIndex: LicenseIndex): KnownPlan {
  return plan?.kind === 'user-plan'
    ? { tiers: plan.tiers, set: licenseIndex.plans.flatMap(({ set }) => set) }
    : { tiers: perSolution(() => 'none'), set: [] };
}

// Licenses granted separately from the plan remain. A license that the current plan also assigns is removed, because it
// cannot be distinguished from a separate grant.
function assignPlan(
  user: UserLicenses,
  current: LicenseIndex,
  plan: UserPlan,
  licenses: readonly string[],
): UserLicenses {
  const assigned = new Set(current.plans.flatMap(({ name, set }) => [name, ...set]));
  const remaining = user.granted.filter(({ name }) => !assigned.has(normalizeModuleName(name)));
  const planRow: GrantedLicense = {
    owner: 'SUPEROFFICE',
    name: findPlanModule(plan.tiers) ?? '',
    scope: 'user',
    description: plan.label,
    version: '',
    expiryDate: null,
    extraFlags: 1,
    extraInfo: `set=${licenses.join()}`,
  };
  return { ...user, granted: [...remaining, planRow] };
}

// Groups are left out: they change only if one of their features does.
function findDifferences(
  { features }: EntitlementReport,
  getState: (feature: FeatureKey) => FeatureState | undefined,
): readonly FeatureDifference[] {
  const differences: FeatureDifference[] = [];
  for (const { feature, state, reason } of features.values()) {
    if (reason === 'group-of-features') continue;
    const after = getState(feature) ?? state;
    if (after !== state) differences.push({ feature, before: state, after });
  }
  return differences;
}
