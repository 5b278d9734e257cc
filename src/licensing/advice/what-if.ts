import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { findPlanModule } from '../catalogue/plan-modules.ts';
import { perSolution } from '../catalogue/solutions.ts';
import { getUserPlan, type PlanKey, type UserPlan } from '../catalogue/user-plans.ts';
import type { FeatureState } from '../entitlements/entitlement.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import { reportForPlan, stateFinder, type TenantIndex } from '../entitlements/user-report.ts';
import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import { indexLicenses, joinLicenses, type LicenseIndex, withNames } from '../licenses/license-index.ts';
import { normalizeModuleName } from '../licenses/module-names.ts';
import { type NormalizedLicense, normalizeLicenses } from '../licenses/normalized-license.ts';
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
 * Decides what a user would have on another user plan. Null on a CRM Suite tenant, which has no user plans. `current` is
 * the user's report.
 */
export function whatIf(
  tenant: TenantIndex,
  user: UserLicenses,
  current: EntitlementReport,
  key: PlanKey,
): WhatIf | null {
  if (current.model === 'suite') return null;
  const plan = getUserPlan(key);
  const before = indexBefore(tenant, user, current);
  const { licenses, granted, licenseIndex, planGrant } = moveToPlan(tenant, before, plan);
  const separate = user.granted.filter(({ name }) => !before.assigned.has(normalizeModuleName(name)));
  const onPlan = { ...user, granted: [...separate, planGrant.license] };
  const report = reportForPlan(tenant, onPlan, granted, licenseIndex, toAssignedPlan(plan));
  return {
    plan: key,
    seat: findSeat(tenant.purchasedPlans, plan),
    licensesFrom: licenses.from,
    assumedSiteLicenses: licenses.missingSite,
    report,
    changes: findDifferences(current, (feature) => report.features.get(feature)?.state),
  };
}

/** A user's licenses before a change of plan. */
export interface BeforeChange {
  readonly user: UserLicenses;
  readonly report: EntitlementReport;
  readonly licenseIndex: LicenseIndex;
  /** The names of the current plan and of what it assigns. */
  readonly assigned: ReadonlySet<string>;
  /** The licenses beside the plan. */
  readonly separate: readonly NormalizedLicense<GrantedLicense>[];
}

/** Indexes the licenses of a user before changes of plan. `report` is the current one. */
export function indexBefore(
  tenant: TenantIndex,
  user: UserLicenses,
  report: EntitlementReport,
): BeforeChange {
  const granted = normalizeLicenses(user.granted);
  const licenseIndex = indexLicenses(tenant.licenseIndex, user, tenant.today, granted);
  const assigned = new Set(licenseIndex.plans.flatMap(({ name, set }) => [name, ...set]));
  return {
    user,
    report,
    licenseIndex,
    assigned,
    separate: granted.filter(({ name }) => !assigned.has(name)),
  };
}

/**
 * A text that is the same for users of whom all changes of plan have the same effect, if they share decisions. These tell which
 * licenses are there; those that the plan does not assign stay.
 */
export function toChangeKey({ user, licenseIndex, separate }: BeforeChange): string {
  const hasSite = separate.some(({ license }) => license.scope === 'site');
  return JSON.stringify([hasSite, user.complete, licenseIndex.plans.map(({ set }) => set)]);
}

/** Finds the changes of `whatIf` alone; none on a CRM Suite tenant. They are the same on every day. */
export function findPlanChanges(
  tenant: TenantIndex,
  before: BeforeChange,
  key: PlanKey,
): readonly FeatureDifference[] {
  const { user, report } = before;
  if (report.model === 'suite') return [];
  const plan = getUserPlan(key);
  const { licenseIndex } = moveToPlan(tenant, before, plan);
  return findDifferences(report, stateFinder(tenant, user, licenseIndex, toAssignedPlan(plan)));
}

/**
 * The licenses of a user on another plan. Licenses granted separately from the plan remain. A license that the current plan
 * also assigns is removed, because it cannot be distinguished from a separate grant.
 */
function moveToPlan(tenant: TenantIndex, before: BeforeChange, plan: UserPlan) {
  const { user, report, licenseIndex: current, separate } = before;
  const licenses = findPlanLicenses(plan, tenant, toKnownPlan(report, current));
  const planGrant = grantPlan(plan, licenses.user);
  const granted = [...separate, planGrant];
  const licenseIndex = joinLicenses(
    { ...tenant.licenseIndex, modules: withNames(tenant.licenseIndex.modules, licenses.missingSite) },
    {
      granted,
      plans: [{ name: planGrant.name, description: plan.label, set: planGrant.set }],
      complete: user.complete,
    },
    tenant.today,
  );
  return { licenses, granted, licenseIndex, planGrant };
}

// The known contents of the user's current plan; nothing is known for other kinds of plan.
function toKnownPlan({ plan }: EntitlementReport, licenseIndex: LicenseIndex): KnownPlan {
  return plan?.kind === 'user-plan'
    ? { tiers: plan.tiers, set: licenseIndex.plans.flatMap(({ set }) => set) }
    : { tiers: perSolution(() => 'none'), set: [] };
}

function grantPlan(plan: UserPlan, licenses: readonly string[]): NormalizedLicense<GrantedLicense> {
  const name = findPlanModule(plan.tiers) ?? '';
  return {
    name,
    set: licenses,
    license: {
      owner: 'SUPEROFFICE',
      name,
      scope: 'user',
      description: plan.label,
      version: '',
      expiryDate: null,
      extraFlags: 1,
      extraInfo: `set=${licenses.join()}`,
    },
  };
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
