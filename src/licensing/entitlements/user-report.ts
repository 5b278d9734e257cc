import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { GrantedLicense, TenantLicenses, UserLicenses } from '../licenses/license-data.ts';
import { findNotices, toLicenseDates } from '../licenses/license-dates.ts';
import {
  indexLicenses,
  indexTenantLicenses,
  type LicenseIndex,
  type TenantLicenseIndex,
} from '../licenses/license-index.ts';
import { type NormalizedLicense, normalizeLicenses } from '../licenses/normalized-license.ts';
import { type DetectedPlan, detectPlan, type PlanModel } from '../plans/detect-plan.ts';
import { detectSuite, findSuiteIndicators, type SuiteIndicators } from '../plans/detect-suite.ts';
import { findPlanRows, findPurchasedPlans, type PurchasedPlans } from '../plans/seat-availability.ts';
import { normalizeFunctionRights } from './apply-function-rights.ts';
import { decideState } from './decide-entitlements.ts';
import { type DecideBy, memoizeDecisions, presenceKey } from './decision-cache.ts';
import type { FeatureState } from './entitlement.ts';
import type { EntitlementReport } from './entitlement-report.ts';
import { createPurchasedPlanFeatures } from './purchased-plan-features.ts';
import type { Rules } from './rules.ts';
import { findUnknownModules } from './unknown-modules.ts';
import { type FindUpgrades, memoizeUpgrades } from './upgrade-cache.ts';
import { type DecideForUser, decideForUnknownUser, memoizeUserDecisions } from './user-decisions.ts';

/** What depends on the plans of a tenant, their seats and the licenses that rules name, and on nothing else. */
interface PlanDecisions {
  readonly purchasedPlans: PurchasedPlans;
  readonly findUpgrades: FindUpgrades;
  readonly decideForUser: DecideForUser;
}

/** The data of a tenant that all its users share. */
export interface TenantIndex extends PlanDecisions {
  readonly rules: Rules;
  /** Null if SuperOffice refused access to them. */
  readonly licenses: TenantLicenses | null;
  readonly licenseIndex: TenantLicenseIndex;
  readonly suiteIndicators: SuiteIndicators;
  /** The names as sent, by normalized name. */
  readonly unknownModules: ReadonlyMap<string, string>;
  readonly decideBy: DecideBy;
  /** The same for tenants whose decisions are the same for the same user. */
  readonly plansKey: string;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/**
 * Indexes the data of a tenant that all its users share. `licenses` is null if access was refused; `today` is
 * `YYYY-MM-DD`. `decideBy` remembers the decisions of other tenants, and `findIndexed` finds one of the same key.
 */
export function indexTenant(
  rules: Rules,
  licenses: TenantLicenses | null,
  today: string,
  decideBy: DecideBy = memoizeDecisions(rules),
  findIndexed: (plansKey: string) => TenantIndex | undefined = () => undefined,
): TenantIndex {
  const { assumptions } = rules;
  const modules = licenses?.modules ?? [];
  const normalized = normalizeLicenses(modules);
  const licenseIndex = indexTenantLicenses(licenses, normalized);
  const plansKey = toPlansKey(rules, licenseIndex);
  const { purchasedPlans, findUpgrades, decideForUser } =
    findIndexed(plansKey) ?? decideByPlans(rules, licenseIndex, decideBy);
  return {
    rules,
    licenses,
    licenseIndex,
    suiteIndicators: findSuiteIndicators(normalized, assumptions.suite.modules),
    unknownModules: findUnknownModules(modules, normalized, rules),
    decideBy,
    plansKey,
    purchasedPlans,
    findUpgrades,
    decideForUser,
    today,
  };
}

function decideByPlans(rules: Rules, licenseIndex: TenantLicenseIndex, decideBy: DecideBy): PlanDecisions {
  const purchasedPlans = findPurchasedPlans(licenseIndex, rules.assumptions);
  const findUpgrades = memoizeUpgrades({
    purchasedPlans,
    isInPurchasedPlan: createPurchasedPlanFeatures(licenseIndex, purchasedPlans, decideBy),
    siteLicenses: licenseIndex.modules,
  });
  return {
    purchasedPlans,
    findUpgrades,
    decideForUser: memoizeUserDecisions(rules, { decideBy, findUpgrades }),
  };
}

function toPlansKey({ tenantLooksAt, assumptions }: Rules, licenseIndex: TenantLicenseIndex): string {
  const present = presenceKey(tenantLooksAt, { site: licenseIndex.modules, user: new Set() });
  const plans = findPlanRows(licenseIndex, assumptions.billedByUseFrom);
  return JSON.stringify([present, licenseIndex.licensesKnown, plans]);
}

/** Decides every feature of the catalogue for one user. `user` is null if the user is unknown. */
export function reportUser(tenant: TenantIndex, user: UserLicenses | null): EntitlementReport {
  const { assumptions } = tenant.rules;
  const normalized = normalizeLicenses(user?.granted ?? []);
  const licenseIndex = indexLicenses(tenant.licenseIndex, user ?? unknownUser, tenant.today, normalized);
  const ownIndicators = findSuiteIndicators(normalized, assumptions.suite.modules);
  const suite = detectSuite(tenant.suiteIndicators, ownIndicators);
  const plan = suite ?? (user === null ? null : detectPlan(licenseIndex, assumptions));
  return reportForPlan(tenant, user, normalized, licenseIndex, plan);
}

/** Decides every feature of the catalogue for a user with a given license index and plan. `normalized` are the user's licenses. */
export function reportForPlan(
  tenant: TenantIndex,
  user: UserLicenses | null,
  normalized: readonly NormalizedLicense<GrantedLicense>[],
  licenseIndex: LicenseIndex,
  plan: DetectedPlan | null,
): EntitlementReport {
  const { rules, licenses, today, decideForUser } = tenant;
  const notices = findNotices(toLicenseDates(licenses, user), today);
  const rights = normalizeFunctionRights(user?.functionRights ?? null);
  const decisions =
    user === null
      ? decideForUnknownUser(rules, { licenseIndex, plan })
      : decideForUser({ licenseIndex, plan, rights, notices });
  const model = getPlanModel(plan, tenant.licenseIndex);
  const unrecognizedModules = findUnknownModules(user?.granted ?? [], normalized, rules);
  return {
    model,
    plan,
    ...decisions,
    unknownModules: [...new Map([...unrecognizedModules, ...tenant.unknownModules]).values()].sort(),
    notices,
  };
}

/** Like `reportForPlan`, but returns only the states of features, without groups. */
export function stateFinder(
  { rules, decideBy, findUpgrades }: TenantIndex,
  user: UserLicenses,
  licenseIndex: LicenseIndex,
  plan: DetectedPlan | null,
): (feature: FeatureKey) => FeatureState | undefined {
  const rights = normalizeFunctionRights(user.functionRights);
  const decide = decideBy({ licenseIndex, plan });
  return (feature) => {
    const rule = rules.features.get(feature);
    return rule && decideState(decide(rule), rule, { rights, plan, findUpgrades });
  };
}

const unknownUser: UserLicenses = { associateId: 0, granted: [], complete: false, functionRights: null };

function getPlanModel(plan: DetectedPlan | null, tenant: TenantLicenseIndex): PlanModel {
  if (plan?.kind === 'suite') return 'suite';
  const named = plan !== null && (plan.kind !== 'no-plan' || plan.module !== null);
  return named || tenant.plans.length > 0 ? 'user-plans' : 'unknown';
}
