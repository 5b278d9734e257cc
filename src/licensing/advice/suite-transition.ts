import type { RowId } from '../catalogue/catalogue.ts';
import { type Confidence, minConfidence } from '../catalogue/confidence.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { inSuitePlan } from '../catalogue/suite-availability.ts';
import { type FeatureLimit, featureLimit } from '../catalogue/suite-limits.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { Entitlement, FeatureState, Reason } from '../entitlements/entitlement.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { FeatureRule, Rules } from '../entitlements/rules.ts';
import type { SuiteTarget } from './suite-target.ts';

/**
 * What a move to CRM Suite does to a feature. `limited`: the user keeps it, up to a number there was not before;
 * `still-missing`: the user has it neither before nor after.
 */
export type FeatureChange = 'gained' | 'kept' | 'limited' | 'lost' | 'still-missing' | 'unknown';

/** Why a feature changes so. */
export type ChangeReason =
  | Extract<Reason, 'suite-plan-includes' | 'suite-plan-lacks' | 'suite-plan-unclear'>
  | 'suite-plan-limits'
  /** Whether the user has it today is unknown; `today` says what is missing there. */
  | 'today-unknown'
  /** The user has no plan today, and nobody can tell whether they get a seat. */
  | 'seat-unknown'
  /** It depends on which Suite plan it will be; the target says what is missing there. */
  | 'target-unknown';

/** A feature of the catalogue before and after the move. */
export interface FeatureTransition {
  readonly feature: FeatureKey;
  /** The first row the feature stands in. */
  readonly row: RowId;
  readonly change: FeatureChange;
  readonly reason: ChangeReason;
  /** The number the new plan allows, also for what is gained; null for none, or for one that is not known. */
  readonly limit: FeatureLimit | null;
  /** A role that hides a feature today goes on hiding it. */
  readonly today: { readonly state: FeatureState; readonly reason: Reason };
  readonly confidence: Confidence;
}

/** What is needed of a user's report. */
export type CurrentReport = Pick<EntitlementReport, 'plan' | 'features'>;

/** Where a tenant moves to, and what that means for one of its users. */
export interface SuiteTransition {
  readonly target: SuiteTarget;
  /** The 62 features in catalogue order; empty where there is nothing to move. */
  readonly changes: readonly FeatureTransition[];
}

/**
 * What moving to CRM Suite would mean for one user. `target` is where all users of the tenant lead (`findSuiteTarget`):
 * they get one plan. Where that plan stays open, a feature is known only if all plans in question treat it alike.
 *
 * @example
 * suiteTransition(rules, findSuiteTarget([salesEssentialPlan]), salesEssentialReport).changes.filter(({ change }) => change === 'lost')
 * // → []
 */
export function suiteTransition(rules: Rules, target: SuiteTarget, report: CurrentReport): SuiteTransition {
  if (target.kind === 'plan') return { target, changes: changesOnSuite(rules, report, target.plan) };
  if (target.kind !== 'range') return { target, changes: [] };
  const most = changesOnSuite(rules, report, target.atMost);
  const least = changesOnSuite(rules, report, target.atLeast);
  return { target, changes: most.map((each, index) => agreed(each, least[index])) };
}

/**
 * What a Suite plan would mean for one user, feature by feature: the 62 features of the catalogue without its groups,
 * in its order. `report` is the user's of today, on user plans or on another Suite plan.
 *
 * @example
 * changesOnSuite(rules, salesEssentialReport, 'core').find(({ row }) => row === 'SaP8')
 * // → {
 * //   feature: 'project-management',
 * //   row: 'SaP8',
 * //   change: 'gained',
 * //   reason: 'suite-plan-includes',
 * //   limit: { name: 'active-projects', maximum: 100, confidence: 'documented' },
 * //   today: { state: 'upgrade', reason: 'site-license-missing' },
 * //   confidence: 'documented',
 * // }
 */
export function changesOnSuite(
  rules: Rules,
  report: CurrentReport,
  plan: SuitePlan,
): readonly FeatureTransition[] {
  const suiteToday = report.plan?.kind === 'suite' ? report.plan.plan : null;
  const { limitedFeatures } = rules.assumptions.suite;
  const limitOn = (each: SuitePlan) => (feature: FeatureKey) => featureLimit(feature, each, limitedFeatures);
  const limitToday = suiteToday === null ? () => null : limitOn(suiteToday);
  const limitThen = limitOn(plan);
  return [...rules.features.values()].flatMap((rule) => {
    const entitlement = report.features.get(rule.feature);
    if (entitlement === undefined) return [];
    const after = inSuitePlan(plan, rule.suiteAvailability);
    const limit = after === 'lacked' ? null : limitThen(rule.feature);
    return [
      transitionOf(entitlement, rule, { after, limit, tighter: isTighter(limit, limitToday(rule.feature)) }),
    ];
  });
}

type Effect = readonly [change: FeatureChange, reason: ChangeReason];
type After = ReturnType<typeof inSuitePlan>;

interface Then {
  readonly after: After;
  readonly limit: FeatureLimit | null;
  readonly tighter: boolean;
}

function transitionOf(
  today: Entitlement,
  { suiteAvailability }: FeatureRule,
  { after, limit, tighter }: Then,
): FeatureTransition {
  const { feature, row, state } = today;
  const [change, reason] = diffPlan(today, after, tighter);
  const confidences = [today.confidence, suiteAvailability.confidence, ...doubts(change, state)];
  return {
    feature,
    row,
    change,
    reason,
    limit,
    today: { state, reason: today.reason },
    confidence: change === 'unknown' ? 'none' : minConfidence(confidences),
  };
}

function isTighter(limit: FeatureLimit | null, limitToday: FeatureLimit | null): boolean {
  return limit !== null && (limitToday === null || limit.maximum < limitToday.maximum);
}

function diffPlan({ state, reason }: Entitlement, after: After, tighter: boolean): Effect {
  if (after === 'unclear') return ['unknown', 'suite-plan-unclear'];
  if (state === 'unknown') return ['unknown', 'today-unknown'];
  const held = state === 'enabled' || state === 'hidden-by-role';
  if (after === 'lacked') {
    return [held || state === 'view-only' ? 'lost' : 'still-missing', 'suite-plan-lacks'];
  }
  if (reason === 'user-without-plan') return ['unknown', 'seat-unknown'];
  if (!held) return ['gained', 'suite-plan-includes'];
  return tighter ? ['limited', 'suite-plan-limits'] : ['kept', 'suite-plan-includes'];
}

// That a lesser plan takes even the sight of a feature is published nowhere.
function doubts(change: FeatureChange, state: FeatureState): readonly Confidence[] {
  return change === 'lost' && state === 'view-only' ? ['inferred'] : [];
}

// Plans are cumulative: what the outer two agree on holds for those in between.
function agreed(most: FeatureTransition, least: FeatureTransition | undefined): FeatureTransition {
  const alike = least?.change === most.change && least.limit?.maximum === most.limit?.maximum;
  if (alike) return most;
  return { ...most, change: 'unknown', reason: 'target-unknown', limit: null, confidence: 'none' };
}
