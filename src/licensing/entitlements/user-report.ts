import type { TenantLicenses, UserLicenses } from '../licenses/license-data.ts';
import { licenseDatesOf, noticesOn } from '../licenses/license-dates.ts';
import {
  type LicenseLookup,
  lookUpLicenses,
  lookUpTenant,
  type TenantLookup,
} from '../licenses/license-index.ts';
import { type PlanModel, type RecognisedPlan, recognisePlan } from '../plans/detect-plan.ts';
import { recogniseSuite, type SuiteSigns, suiteSignsIn } from '../plans/detect-suite.ts';
import { plansSoldTo, type SoldPlans } from '../plans/seat-availability.ts';
import { decideAddOns } from './add-ons.ts';
import { comparedRights } from './apply-function-rights.ts';
import { decideEntitlements, undecidedEntitlements } from './decide-entitlements.ts';
import { byFeature, countFeatures, type PlanReport } from './entitlement-report.ts';
import { featuresOfSoldPlans } from './purchased-plan-features.ts';
import type { Rules } from './rules.ts';
import { unknownModules } from './unknown-modules.ts';
import { rememberedUpgrades, type UpgradesTo } from './upgrade-cache.ts';

/** What is known of a tenant before any user is asked about. */
export interface TenantKnown {
  readonly rules: Rules;
  /** Null where SuperOffice refused them. */
  readonly licenses: TenantLicenses | null;
  readonly lookup: TenantLookup;
  readonly suiteSigns: SuiteSigns;
  readonly sold: SoldPlans;
  /** By compared name. */
  readonly unknownModules: ReadonlyMap<string, string>;
  readonly upgradesTo: UpgradesTo;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** Prepares what all users of a tenant have in common. */
export function knowTenant(rules: Rules, licenses: TenantLicenses | null, today: string): TenantKnown {
  const { assumptions } = rules;
  const modules = licenses?.modules ?? [];
  const lookup = lookUpTenant(licenses);
  const sold = plansSoldTo(lookup, assumptions);
  return {
    rules,
    licenses,
    lookup,
    suiteSigns: suiteSignsIn(modules, assumptions.suite.modules),
    sold,
    unknownModules: unknownModules(modules, rules),
    upgradesTo: rememberedUpgrades(sold, featuresOfSoldPlans(rules, lookup, sold)),
    today,
  };
}

/** Decides every feature of the catalogue for one user; null: of whom nothing is known. */
export function reportUser(tenant: TenantKnown, user: UserLicenses | null): PlanReport {
  const { assumptions } = tenant.rules;
  const lookup = lookUpLicenses(tenant.lookup, user ?? nobody, tenant.today);
  const ownSigns = suiteSignsIn(user?.granted ?? [], assumptions.suite.modules);
  const suite = recogniseSuite(tenant.suiteSigns, ownSigns);
  const plan = suite ?? (user === null ? null : recognisePlan(lookup, assumptions));
  return reportHolding(tenant, user, lookup, plan);
}

/** The same for a user of whom it is told which licenses and which plan they hold. */
export function reportHolding(
  tenant: TenantKnown,
  user: UserLicenses | null,
  lookup: LicenseLookup,
  plan: RecognisedPlan | null,
): PlanReport {
  const { rules, licenses, today, upgradesTo } = tenant;
  const notices = noticesOn(licenseDatesOf(licenses, user), today);
  const rights = comparedRights(user?.functionRights ?? null);
  const entitlements =
    user === null
      ? undecidedEntitlements()
      : decideEntitlements(rules, { lookup, plan, rights, notices, upgradesTo });
  const features = byFeature(entitlements);
  const model = modelOf(plan, tenant.lookup);
  const unheardOf = unknownModules(user?.granted ?? [], rules);
  return {
    model,
    plan,
    entitlements,
    features,
    addOns: decideAddOns(lookup, model, rules.assumptions.addOnModules),
    counts: countFeatures(features),
    unknownModules: [...new Map([...unheardOf, ...tenant.unknownModules]).values()].sort(),
    notices,
  };
}

const nobody: UserLicenses = { associateId: 0, granted: [], complete: false, functionRights: null };

function modelOf(plan: RecognisedPlan | null, tenant: TenantLookup): PlanModel {
  if (plan?.kind === 'suite') return 'suite';
  const named = plan !== null && (plan.kind !== 'no-plan' || plan.module !== null);
  return named || tenant.plans.length > 0 ? 'user-plans' : 'unknown';
}
