import type { FeatureRows, RowPlace } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import { getRequirement } from './requirements.ts';
import type { PerSolution, Tier } from './solutions.ts';
import { type SuitePlan, suiteReaches } from './suite-plans.ts';

/** From which Suite plan a feature is there. */
export interface SuiteAvailability {
  /** The least plan that has it for certain. */
  readonly from: SuitePlan;
  /** A lesser plan that may have it already, or null. */
  readonly possiblyFrom: SuitePlan | null;
  readonly confidence: 'documented' | 'inferred';
}

/** From which plan the features of a tier are there, and single features of which more is known. */
export interface SuiteAvailabilityData {
  readonly needByTier: {
    readonly common: SuiteAvailability;
    readonly solutions: PerSolution<Readonly<Record<Tier, SuiteAvailability>>>;
  };
  readonly needByFeature: Readonly<Partial<Record<FeatureKey, SuiteAvailability>>>;
}

/**
 * From which Suite plan a feature is there: as assumed for it, as its own page says, or as assumed for its rows, of
 * which the one with the least plan counts.
 */
export function findSuiteAvailability(
  rows: FeatureRows,
  { needByFeature, needByTier }: SuiteAvailabilityData,
): SuiteAvailability {
  const { feature } = rows[0];
  const stated = getRequirement(feature).suitePlan;
  if (needByFeature[feature] !== undefined) return needByFeature[feature];
  if (stated !== null) return { from: stated, possiblyFrom: null, confidence: 'documented' };
  return rows.map((row) => needOfPlace(row, needByTier)).reduce(least);
}

/** Whether a Suite plan has a feature of this need; `unclear`: it may. */
export function inSuitePlan(
  plan: SuitePlan,
  { from, possiblyFrom }: SuiteAvailability,
): 'included' | 'unclear' | 'lacked' {
  if (suiteReaches(plan, from)) return 'included';
  return possiblyFrom !== null && suiteReaches(plan, possiblyFrom) ? 'unclear' : 'lacked';
}

function needOfPlace(
  place: RowPlace,
  { common, solutions }: SuiteAvailabilityData['needByTier'],
): SuiteAvailability {
  return place.solution === 'common' ? common : solutions[place.solution][place.tier];
}

function least(a: SuiteAvailability, b: SuiteAvailability): SuiteAvailability {
  return suiteReaches(b.from, a.from) ? a : b;
}
