import type { TenantLicenses, UserLicenses } from '../licenses/license-data.ts';
import { noticesOn, toLicenseDates } from '../licenses/license-dates.ts';
import {
  indexLicenses,
  indexTenantLicenses,
  type LicenseIndex,
  type TenantLicenseIndex,
} from '../licenses/license-index.ts';
import { type DetectedPlan, detectPlan, type PlanModel } from '../plans/detect-plan.ts';
import { detectSuite, findSuiteIndicators, type SuiteIndicators } from '../plans/detect-suite.ts';
import { findPurchasedPlans, type PurchasedPlans } from '../plans/seat-availability.ts';
import { decideAddOns } from './add-ons.ts';
import { comparedRights } from './apply-function-rights.ts';
import { decideEntitlements, undeterminedEntitlements } from './decide-entitlements.ts';
import { byFeature, countFeatures, type EntitlementReport } from './entitlement-report.ts';
import { createPurchasedPlanFeatures } from './purchased-plan-features.ts';
import type { Rules } from './rules.ts';
import { unknownModules } from './unknown-modules.ts';
import { type FindUpgrades, memoizeUpgrades } from './upgrade-cache.ts';

/** What is known of a tenant before any user is asked about. */
export interface TenantIndex {
  readonly rules: Rules;
  /** Null where SuperOffice refused them. */
  readonly licenses: TenantLicenses | null;
  readonly licenseIndex: TenantLicenseIndex;
  readonly suiteIndicators: SuiteIndicators;
  readonly purchasedPlans: PurchasedPlans;
  /** By compared name. */
  readonly unknownModules: ReadonlyMap<string, string>;
  readonly findUpgrades: FindUpgrades;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** Prepares what all users of a tenant have in common. */
export function indexTenant(rules: Rules, licenses: TenantLicenses | null, today: string): TenantIndex {
  const { assumptions } = rules;
  const modules = licenses?.modules ?? [];
  const licenseIndex = indexTenantLicenses(licenses);
  const purchasedPlans = findPurchasedPlans(licenseIndex, assumptions);
  return {
    rules,
    licenses,
    licenseIndex,
    suiteIndicators: findSuiteIndicators(modules, assumptions.suite.modules),
    purchasedPlans,
    unknownModules: unknownModules(modules, rules),
    findUpgrades: memoizeUpgrades(
      purchasedPlans,
      createPurchasedPlanFeatures(rules, licenseIndex, purchasedPlans),
    ),
    today,
  };
}

/** Decides every feature of the catalogue for one user; null: of whom nothing is known. */
export function reportUser(tenant: TenantIndex, user: UserLicenses | null): EntitlementReport {
  const { assumptions } = tenant.rules;
  const licenseIndex = indexLicenses(tenant.licenseIndex, user ?? nobody, tenant.today);
  const ownIndicators = findSuiteIndicators(user?.granted ?? [], assumptions.suite.modules);
  const suite = detectSuite(tenant.suiteIndicators, ownIndicators);
  const plan = suite ?? (user === null ? null : detectPlan(licenseIndex, assumptions));
  return reportForPlan(tenant, user, licenseIndex, plan);
}

/** The same for a user of whom it is told which licenses and which plan they hold. */
export function reportForPlan(
  tenant: TenantIndex,
  user: UserLicenses | null,
  licenseIndex: LicenseIndex,
  plan: DetectedPlan | null,
): EntitlementReport {
  const { rules, licenses, today, findUpgrades } = tenant;
  const notices = noticesOn(toLicenseDates(licenses, user), today);
  const rights = comparedRights(user?.functionRights ?? null);
  const entitlements =
    user === null
      ? undeterminedEntitlements()
      : decideEntitlements(rules, { licenseIndex, plan, rights, notices, findUpgrades });
  const features = byFeature(entitlements);
  const model = modelOf(plan, tenant.licenseIndex);
  const unrecognizedModules = unknownModules(user?.granted ?? [], rules);
  return {
    model,
    plan,
    entitlements,
    features,
    addOns: decideAddOns(licenseIndex, model, rules.assumptions.addOnModules),
    counts: countFeatures(features),
    unknownModules: [...new Map([...unrecognizedModules, ...tenant.unknownModules]).values()].sort(),
    notices,
  };
}

const nobody: UserLicenses = { associateId: 0, granted: [], complete: false, functionRights: null };

function modelOf(plan: DetectedPlan | null, tenant: TenantLicenseIndex): PlanModel {
  if (plan?.kind === 'suite') return 'suite';
  const named = plan !== null && (plan.kind !== 'no-plan' || plan.module !== null);
  return named || tenant.plans.length > 0 ? 'user-plans' : 'unknown';
}
