import { type AddOn, decideAddOns } from './add-ons.ts';
import { childrenOf } from './catalogue.ts';
import type { Entitlement, FeatureState } from './entitlement.ts';
import { decideEntitlements, undecidedEntitlements } from './entitlements.ts';
import type { TenantLicenses, UserLicenses } from './license-data.ts';
import { type Notice, noticesOn } from './license-dates.ts';
import { lookUpLicenses, planRowsOf } from './license-lookup.ts';
import { type PlanModel, type RecognisedPlan, recognisePlan } from './recognise-plan.ts';
import { recogniseSuite } from './recognise-suite.ts';
import { seatsIn } from './seats.ts';
import { unknownModules } from './unknown-modules.ts';

/** How many of the catalogue's 62 features are in which state; groups are not counted, repeated features once. */
export interface FeatureCounts {
  readonly total: number;
  readonly enabled: number;
  readonly viewOnly: number;
  readonly hiddenByRole: number;
  readonly upgrade: number;
  readonly unknown: number;
}

/** Everything Planlens can say about one user. */
export interface PlanReport {
  readonly model: PlanModel;
  /** What the user holds; null where that is unknown. */
  readonly plan: RecognisedPlan | null;
  /** The 76 catalogue rows, in catalogue order. */
  readonly entitlements: readonly Entitlement[];
  readonly addOns: readonly AddOn[];
  readonly counts: FeatureCounts;
  /** Module names the catalogue has never heard of. */
  readonly unknownModules: readonly string[];
  readonly notices: readonly Notice[];
}

/** What a report is made from. `today` is `YYYY-MM-DD`. */
export interface PlanReportInput {
  /** Null where SuperOffice refused the tenant's license: the user's own licenses still say much, seats stay open. */
  readonly tenant: TenantLicenses | null;
  /** Null where the user is unknown: then every feature is. */
  readonly user: UserLicenses | null;
  readonly today: string;
}

/** Decides every feature of the plan catalogue for one user. Total: any data gives a report. */
export function reportPlan({ tenant, user, today }: PlanReportInput): PlanReport {
  const lookup = lookUpLicenses(tenant, user ?? nobody);
  const suite = recogniseSuite(tenant, user);
  const plan = suite ?? (user === null ? null : recognisePlan(lookup));
  const model = modelOf(plan, tenant);
  const notices = noticesOn(tenant, today);
  const entitlements =
    user === null
      ? undecidedEntitlements()
      : decideEntitlements({
          seatFor: seatsIn(tenant),
          lookup,
          plan,
          notices,
          functionRights: user.functionRights,
        });
  return {
    model,
    plan,
    entitlements,
    addOns: decideAddOns(lookup, model),
    counts: countFeatures(entitlements),
    unknownModules: unknownModules(tenant, user),
    notices,
  };
}

const nobody: UserLicenses = { associateId: 0, granted: [], complete: false, functionRights: null };

function modelOf(plan: RecognisedPlan | null, tenant: TenantLicenses | null): PlanModel {
  if (plan?.kind === 'suite') return 'suite';
  const named = plan !== null && (plan.kind !== 'no-plan' || plan.module !== null);
  return named || planRowsOf(tenant).length > 0 ? 'user-plans' : 'unknown';
}

function countFeatures(entitlements: readonly Entitlement[]): FeatureCounts {
  const features = new Map(
    entitlements.flatMap(({ row, feature, state }) =>
      childrenOf(row).length > 0 ? [] : [[feature, state] as const],
    ),
  );
  const states = [...features.values()];
  const count = (state: FeatureState) => states.filter((each) => each === state).length;
  return {
    total: states.length,
    enabled: count('enabled'),
    viewOnly: count('view-only'),
    hiddenByRole: count('hidden-by-role'),
    upgrade: count('upgrade'),
    unknown: count('unknown'),
  };
}
