import type { FeatureTransition } from '../../licensing/advice/suite-transition.ts';
import type { WhatIf } from '../../licensing/advice/what-if.ts';
import type { FeatureKey } from '../../licensing/catalogue/feature-keys.ts';
import type { FeatureLimit } from '../../licensing/catalogue/suite-limits.ts';
import type { SuitePlan } from '../../licensing/catalogue/suite-plans.ts';
import type { PlanKey } from '../../licensing/catalogue/user-plans.ts';
import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import type { Seat } from '../../licensing/plans/seat-availability.ts';
import { type AnyPlan, isSuitePlan } from '../plan-names.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { findOwnPlan } from './plan-selection.ts';

/** How a plan changes a feature for the user. `changed`: neither enabled now nor then, or with a lower limit. */
export type PlanChange = 'gained' | 'changed' | 'lost';

/** A feature on a plan. */
export interface FeatureOutcome {
  readonly state: FeatureState;
  /** Null if nothing changes, or if the change is unknown. */
  readonly change: PlanChange | null;
  /** The limit of a CRM Suite plan; null if there is none. */
  readonly limit: FeatureLimit | null;
}

/** What one plan would give the user. */
export interface PlanOutcome {
  /** Null for an own plan without a key, such as one of an earlier version. */
  readonly plan: AnyPlan | null;
  readonly isOwn: boolean;
  readonly features: ReadonlyMap<FeatureKey, FeatureOutcome>;
  /** Null for the own plan, and for a CRM Suite plan, which covers the whole company. */
  readonly seat: Seat | null;
  readonly licensesFrom: WhatIf['licensesFrom'] | null;
  readonly assumedSiteLicenses: readonly string[];
}

/** What a user's own plan gives them. */
export function ownOutcome(
  { report, tenantEntitlements }: EntitledPanelContext,
  user: UserLicenses,
): PlanOutcome {
  const plan = findOwnPlan(report);
  const limits =
    plan !== null && isSuitePlan(plan)
      ? new Map(tenantEntitlements.changesOnSuite(user, plan).map(({ feature, limit }) => [feature, limit]))
      : null;
  return {
    ...withoutSeat(plan),
    isOwn: true,
    features: new Map(
      [...report.features.values()].map(({ feature, state }) => [
        feature,
        { state, change: null, limit: limits?.get(feature) ?? null },
      ]),
    ),
  };
}

/** What a plan would give a user: the own plan what it gives now. */
export function planOutcome(context: EntitledPanelContext, user: UserLicenses, plan: AnyPlan): PlanOutcome {
  if (plan === findOwnPlan(context.report)) return ownOutcome(context, user);
  return isSuitePlan(plan) ? suiteOutcome(context, user, plan) : userPlanOutcome(context, user, plan);
}

/** The features that a plan changes in one way, in catalogue order. */
export function featuresWith({ features }: PlanOutcome, change: PlanChange): readonly FeatureKey[] {
  return [...features].filter(([, each]) => each.change === change).map(([feature]) => feature);
}

/** Whether the user can ask for a plan: not for their own, nor for one that takes anything away. */
export function isRequestable(outcome: PlanOutcome): boolean {
  const lowersLimit = [...outcome.features.values()].some(
    ({ change, limit }) => change === 'changed' && limit !== null,
  );
  return !outcome.isOwn && !lowersLimit && featuresWith(outcome, 'lost').length === 0;
}

function userPlanOutcome(
  { report, tenantEntitlements }: EntitledPanelContext,
  user: UserLicenses,
  plan: PlanKey,
): PlanOutcome {
  const whatIf = tenantEntitlements.whatIf(user, plan);
  const changes = new Map(
    whatIf?.changes.map(({ feature, before, after }) => [feature, toPlanChange(before, after)]),
  );
  return {
    plan,
    isOwn: false,
    features: new Map(
      [...(whatIf?.report ?? report).features.values()].map(({ feature, state }) => [
        feature,
        { state, change: changes.get(feature) ?? null, limit: null },
      ]),
    ),
    seat: whatIf?.seat ?? null,
    licensesFrom: whatIf?.licensesFrom ?? null,
    assumedSiteLicenses: whatIf?.assumedSiteLicenses ?? [],
  };
}

function suiteOutcome(
  { tenantEntitlements }: EntitledPanelContext,
  user: UserLicenses,
  plan: SuitePlan,
): PlanOutcome {
  const transitions = tenantEntitlements.changesOnSuite(user, plan);
  return {
    ...withoutSeat(plan),
    isOwn: false,
    features: new Map(
      transitions.map((each) => [
        each.feature,
        { state: stateAfter(each), change: suiteChanges[each.change] ?? null, limit: each.limit },
      ]),
    ),
  };
}

function withoutSeat(
  plan: AnyPlan | null,
): Pick<PlanOutcome, 'plan' | 'seat' | 'licensesFrom' | 'assumedSiteLicenses'> {
  return { plan, seat: null, licensesFrom: null, assumedSiteLicenses: [] };
}

/** What a user can do with a feature whose license they have is not less because their role hides it. */
function toPlanChange(before: FeatureState, after: FeatureState): PlanChange {
  const isLicensed = (state: FeatureState) => state === 'enabled' || state === 'hidden-by-role';
  if (isLicensed(before) && !isLicensed(after)) return 'lost';
  if (before === 'view-only' && (after === 'upgrade' || after === 'add-on')) return 'lost';
  return after === 'enabled' && before !== 'unknown' ? 'gained' : 'changed';
}

const suiteChanges: Readonly<Partial<Record<FeatureTransition['change'], PlanChange>>> = {
  gained: 'gained',
  lost: 'lost',
  limited: 'changed',
};

function stateAfter({ change, today }: FeatureTransition): FeatureState {
  if (change === 'unknown') return 'unknown';
  if (change === 'lost' || change === 'still-missing') return 'upgrade';
  // A role that hides a feature today still hides it.
  return today.state === 'hidden-by-role' ? 'hidden-by-role' : 'enabled';
}
