import type { FeatureRows, RowPlace } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import { requirementOf } from './requirements.ts';
import type { PerSolution, Tier } from './solutions.ts';
import { type SuitePlan, suiteReaches } from './suite-plans.ts';

/** From which Suite plan a feature is there. */
export interface SuiteNeed {
  /** The least plan that has it for certain. */
  readonly from: SuitePlan;
  /** A lesser plan that may have it already, or null. */
  readonly perhapsFrom: SuitePlan | null;
  readonly confidence: 'documented' | 'inferred';
}

/** From which plan the features of a tier are there, and single features of which more is known. */
export interface SuiteNeeds {
  readonly needByTier: {
    readonly common: SuiteNeed;
    readonly solutions: PerSolution<Readonly<Record<Tier, SuiteNeed>>>;
  };
  readonly needByFeature: Readonly<Partial<Record<FeatureKey, SuiteNeed>>>;
}

/**
 * From which Suite plan a feature is there: as assumed for it, as its own page says, or as assumed for its rows, of
 * which the one with the least plan counts.
 */
export function suiteNeedOf(rows: FeatureRows, { needByFeature, needByTier }: SuiteNeeds): SuiteNeed {
  const { feature } = rows[0];
  const stated = requirementOf(feature).suitePlan;
  if (needByFeature[feature] !== undefined) return needByFeature[feature];
  if (stated !== null) return { from: stated, perhapsFrom: null, confidence: 'documented' };
  return rows.map((row) => needOfPlace(row, needByTier)).reduce(least);
}

/** Whether a Suite plan has a feature of this need; `unclear`: it may. */
export function inSuitePlan(
  plan: SuitePlan,
  { from, perhapsFrom }: SuiteNeed,
): 'included' | 'unclear' | 'lacked' {
  if (suiteReaches(plan, from)) return 'included';
  return perhapsFrom !== null && suiteReaches(plan, perhapsFrom) ? 'unclear' : 'lacked';
}

function needOfPlace(place: RowPlace, { common, solutions }: SuiteNeeds['needByTier']): SuiteNeed {
  return place.solution === 'common' ? common : solutions[place.solution][place.tier];
}

function least(a: SuiteNeed, b: SuiteNeed): SuiteNeed {
  return suiteReaches(b.from, a.from) ? a : b;
}
