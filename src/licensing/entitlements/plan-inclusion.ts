import type { CatalogueRow, FeatureRows } from '../catalogue/catalogue.ts';
import { type Confidence, maxConfidence, minConfidence } from '../catalogue/confidence.ts';
import { tierRank } from '../catalogue/solutions.ts';
import type { AssignedUserPlan, DetectedPlan } from '../plans/detect-plan.ts';
import type { Inclusion } from './entitlement.ts';

/** Whether a plan includes a feature, the row this is based on, and the confidence. */
export interface PlanInclusion {
  readonly inclusion: Inclusion;
  readonly row: CatalogueRow;
  readonly confidence: Confidence;
}

const strongestFirst: readonly Inclusion[] = ['yes', 'possibly', 'unstated', 'no'];

/**
 * Finds whether a plan includes a feature. `rows` are all rows of the feature, and the row with the strongest inclusion
 * decides. Example: default tiles have a sales row and a service row; a service user has them through the service row.
 */
export function findPlanInclusion(rows: FeatureRows, plan: DetectedPlan | null): PlanInclusion {
  const inclusions = rows.map((row) => findRowInclusion(row, plan));
  const inclusion = strongestFirst.find((each) => inclusions.some((found) => found.inclusion === each));
  const decisive = inclusions.filter((found) => found.inclusion === inclusion);
  // `no` needs all rows; otherwise one row is sufficient, so the highest confidence counts.
  const confidences = decisive.map(({ confidence }) => confidence);
  const confidence = inclusion === 'no' ? minConfidence(confidences) : maxConfidence(confidences);
  const [first] = decisive.filter((found) => found.confidence === confidence);
  return first ?? { inclusion: 'unstated', row: rows[0], confidence: 'none' };
}

function findRowInclusion(row: CatalogueRow, plan: DetectedPlan | null): PlanInclusion {
  switch (plan?.kind) {
    case 'user-plan':
      return { row, ...findUserPlanInclusion(row, plan) };
    case 'no-plan':
      // It is documented that login needs a login license; that a user without one has no plan is inferred.
      return { row, inclusion: 'no', confidence: plan.module === null ? 'inferred' : 'documented' };
    default:
      return { row, inclusion: 'unstated', confidence: 'none' };
  }
}

// Only premium rows depend on the tier, with the confidence of the step that found it.
function findUserPlanInclusion(
  row: CatalogueRow,
  { tiers, findings }: AssignedUserPlan,
): Omit<PlanInclusion, 'row'> {
  if (row.tier === 'common') return { inclusion: 'yes', confidence: 'documented' };
  const assignedTier = tiers[row.solution];
  if (assignedTier === 'none') return { inclusion: 'no', confidence: 'documented' };
  if (row.tier === 'essential') return { inclusion: 'yes', confidence: 'documented' };
  if (assignedTier === 'unknown') return { inclusion: 'possibly', confidence: 'none' };
  const found = findings.find(({ solution, tier }) => solution === row.solution && tier === assignedTier);
  const inclusion = tierRank(assignedTier) >= tierRank(row.tier) ? 'yes' : 'no';
  return { inclusion, confidence: found?.confidence ?? 'none' };
}
