import type { CatalogueSection, FeatureRows } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import { getRequirement } from './requirements.ts';
import type { PerSolution, Tier } from './solutions.ts';
import { isSuitePlanAtLeast, type SuitePlan } from './suite-plans.ts';

/** The lowest Suite plan that has a feature. */
export interface SuiteAvailability {
  /** The lowest plan that certainly has the feature. */
  readonly from: SuitePlan;
  /** The lowest plan that possibly has the feature, below `from`; or null. */
  readonly possiblyFrom: SuitePlan | null;
  readonly confidence: 'documented' | 'inferred';
}

/** The Suite availability of each tier, and of single features for which more is known. */
export interface SuiteAvailabilityData {
  readonly needByTier: {
    readonly common: SuiteAvailability;
    readonly solutions: PerSolution<Readonly<Record<Tier, SuiteAvailability>>>;
  };
  readonly needByFeature: Readonly<Partial<Record<FeatureKey, SuiteAvailability>>>;
}

/**
 * Finds the Suite availability of a feature: the assumption for this feature, else the plan on the feature's own page,
 * else the lowest plan assumed for the tiers of its rows.
 */
export function findSuiteAvailability(
  rows: FeatureRows,
  { needByFeature, needByTier }: SuiteAvailabilityData,
): SuiteAvailability {
  const { feature } = rows[0];
  const stated = getRequirement(feature).suitePlan;
  if (needByFeature[feature] !== undefined) return needByFeature[feature];
  if (stated !== null) return { from: stated, possiblyFrom: null, confidence: 'documented' };
  return rows.map((row) => getTierAvailability(row, needByTier)).reduce(getLower);
}

/** Whether a Suite plan includes a feature. `unclear`: it possibly does. */
export type SuiteInclusion = 'included' | 'unclear' | 'excluded';

/** Finds whether a Suite plan includes a feature with this availability. */
export function findSuiteInclusion(
  plan: SuitePlan,
  { from, possiblyFrom }: SuiteAvailability,
): SuiteInclusion {
  if (isSuitePlanAtLeast(plan, from)) return 'included';
  return possiblyFrom !== null && isSuitePlanAtLeast(plan, possiblyFrom) ? 'unclear' : 'excluded';
}

function getTierAvailability(
  section: CatalogueSection,
  { common, solutions }: SuiteAvailabilityData['needByTier'],
): SuiteAvailability {
  return section.solution === 'common' ? common : solutions[section.solution][section.tier];
}

function getLower(a: SuiteAvailability, b: SuiteAvailability): SuiteAvailability {
  return isSuitePlanAtLeast(b.from, a.from) ? a : b;
}
