import type { RowId } from '../catalogue/catalogue.ts';
import { type Confidence, minConfidence } from '../catalogue/confidence.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { findSuiteInclusion, type SuiteInclusion } from '../catalogue/suite-availability.ts';
import { type FeatureLimit, findFeatureLimit } from '../catalogue/suite-limits.ts';
import type { SuitePlan } from '../catalogue/suite-plans.ts';
import type { Entitlement, FeatureState, Reason } from '../entitlements/entitlement.ts';
import type { EntitlementReport } from '../entitlements/entitlement-report.ts';
import type { FeatureRule, Rules } from '../entitlements/rules.ts';
import type { SuiteTarget } from './suite-target.ts';

/**
 * What a move to CRM Suite does to a feature. `limited`: the user keeps it with a new or lower limit; `still-missing`: the
 * user has it neither before nor after.
 */
export type FeatureChange = 'gained' | 'kept' | 'limited' | 'lost' | 'still-missing' | 'unknown';

/** The reason for a feature change. */
export type ChangeReason =
  | Extract<Reason, 'suite-plan-includes' | 'suite-plan-lacks' | 'suite-plan-unclear'>
  | 'suite-plan-limits'
  /** The current state is unknown; `today` has the reason. */
  | 'today-unknown'
  /** The user has no plan today, so it is unknown whether they get a seat. */
  | 'seat-unknown'
  /** The result depends on the Suite plan, which is undetermined; the target has the unknown parts. */
  | 'target-unknown';

/** A feature of the catalogue before and after the move. */
export interface FeatureTransition {
  readonly feature: FeatureKey;
  /** The first row of the feature. */
  readonly row: RowId;
  readonly change: FeatureChange;
  readonly reason: ChangeReason;
  /** The limit in the new plan, also for a gained feature; null if there is none or it is unknown. */
  readonly limit: FeatureLimit | null;
  /** The current state. A role that hides a feature today still hides it after the move. */
  readonly today: { readonly state: FeatureState; readonly reason: Reason };
  readonly confidence: Confidence;
}

/** The parts of a user's report that a transition needs. */
export type CurrentReport = Pick<EntitlementReport, 'plan' | 'features'>;

/** The Suite plan a tenant would move to, and what the move means for one user. */
export interface SuiteTransition {
  readonly target: SuiteTarget;
  /** The 62 features in catalogue order; empty if the target has no plan to move to. */
  readonly changes: readonly FeatureTransition[];
}

/**
 * Finds what moving to CRM Suite would mean for one user. `target` is the plan of the whole tenant (`findSuiteTarget`).
 * If it is a range, a feature change is known only if it is the same for every plan of the range.
 *
 * @example
 * suiteTransition(rules, findSuiteTarget([salesEssentialPlan]), salesEssentialReport).changes.flatMap(({ feature, change }) => change === 'lost' ? [feature] : [])
 * // → ['combined-selections']
 */
export function suiteTransition(rules: Rules, target: SuiteTarget, report: CurrentReport): SuiteTransition {
  if (target.kind === 'plan') return { target, changes: changesOnSuite(rules, report, target.plan) };
  if (target.kind !== 'range') return { target, changes: [] };
  const upper = changesOnSuite(rules, report, target.atMost);
  const lower = changesOnSuite(rules, report, target.atLeast);
  return { target, changes: upper.map((each, index) => mergeTransitions(each, lower[index])) };
}

/**
 * Finds what a Suite plan would change for one user: the 62 features of the catalogue without groups, in catalogue
 * order. `report` is the user's current report, on a user plan or on another Suite plan.
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
 * //   confidence: 'published',
 * // }
 */
export function changesOnSuite(
  rules: Rules,
  report: CurrentReport,
  plan: SuitePlan,
): readonly FeatureTransition[] {
  const currentSuitePlan = report.plan?.kind === 'suite' ? report.plan.plan : null;
  const { limitedFeatures } = rules.assumptions.suite;
  const findLimitIn = (each: SuitePlan) => (feature: FeatureKey) =>
    findFeatureLimit(feature, each, limitedFeatures);
  const limitToday = currentSuitePlan === null ? () => null : findLimitIn(currentSuitePlan);
  const limitAfter = findLimitIn(plan);
  return [...rules.features.values()].flatMap((rule) => {
    const entitlement = report.features.get(rule.feature);
    if (entitlement === undefined) return [];
    const after = findSuiteInclusion(plan, rule.suiteAvailability);
    const limit = after === 'excluded' ? null : limitAfter(rule.feature);
    return [
      toTransition(entitlement, rule, { after, limit, tighter: isTighter(limit, limitToday(rule.feature)) }),
    ];
  });
}

type ChangeDecision = readonly [change: FeatureChange, reason: ChangeReason];

interface PlanAfter {
  readonly after: SuiteInclusion;
  readonly limit: FeatureLimit | null;
  readonly tighter: boolean;
}

function toTransition(
  today: Entitlement,
  { suiteAvailability }: FeatureRule,
  { after, limit, tighter }: PlanAfter,
): FeatureTransition {
  const { feature, row, state } = today;
  const [change, reason] = decideChange(today, after, tighter);
  const confidences: readonly Confidence[] = [
    today.confidence,
    suiteAvailability?.confidence ?? 'none',
    ...getLossConfidence(change, state),
  ];
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

function decideChange(
  { state, reason }: Entitlement,
  after: SuiteInclusion,
  tighter: boolean,
): ChangeDecision {
  if (after === 'unclear') return ['unknown', 'suite-plan-unclear'];
  if (state === 'unknown') return ['unknown', 'today-unknown'];
  const hasFeature = state === 'enabled' || state === 'hidden-by-role';
  if (after === 'excluded') {
    return [hasFeature || state === 'view-only' ? 'lost' : 'still-missing', 'suite-plan-lacks'];
  }
  if (reason === 'user-without-plan') return ['unknown', 'seat-unknown'];
  if (!hasFeature) return ['gained', 'suite-plan-includes'];
  return tighter ? ['limited', 'suite-plan-limits'] : ['kept', 'suite-plan-includes'];
}

// It is not published that a lower plan also removes read access to a feature.
function getLossConfidence(change: FeatureChange, state: FeatureState): readonly Confidence[] {
  return change === 'lost' && state === 'view-only' ? ['inferred'] : [];
}

// Plans are cumulative: a change that the lowest and the highest plan share also holds for the plans between them.
function mergeTransitions(upper: FeatureTransition, lower: FeatureTransition | undefined): FeatureTransition {
  const isSame = lower?.change === upper.change && lower.limit?.maximum === upper.limit?.maximum;
  if (isSame) return upper;
  return { ...upper, change: 'unknown', reason: 'target-unknown', limit: null, confidence: 'none' };
}
