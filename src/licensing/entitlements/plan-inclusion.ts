import type { CatalogueRow, FeatureRows } from '../catalogue/catalogue.ts';
import { type Confidence, maxConfidence, minConfidence } from '../catalogue/confidence.ts';
import { tierRank } from '../catalogue/solutions.ts';
import type { AssignedUserPlan, DetectedPlan } from '../plans/detect-plan.ts';
import type { Inclusion } from './entitlement.ts';

/** What a plan says of a feature, the row it says it in, and how sure that is. */
export interface PlanInclusion {
  readonly inclusion: Inclusion;
  readonly row: CatalogueRow;
  readonly confidence: Confidence;
}

const strongestFirst: readonly Inclusion[] = ['yes', 'possibly', 'unstated', 'no'];

/**
 * What a plan says of a feature. `rows` are all rows of the feature: a feature is one thing whatever row it stands
 * in, so the row that says most speaks for it (default tiles stand under sales and under service; a service user
 * has them through the service row).
 */
export function findPlanInclusion(rows: FeatureRows, plan: DetectedPlan | null): PlanInclusion {
  const words = rows.map((row) => wordOf(row, plan));
  const said = strongestFirst.find((each) => words.some(({ inclusion }) => inclusion === each));
  const alike = words.filter(({ inclusion }) => inclusion === said);
  // A no needs the no of every row; of several that promise it, the surest is enough.
  const confidences = alike.map(({ confidence }) => confidence);
  const confidence = said === 'no' ? minConfidence(confidences) : maxConfidence(confidences);
  const [first] = alike.filter((word) => word.confidence === confidence);
  return first ?? { inclusion: 'unstated', row: rows[0], confidence: 'none' };
}

function wordOf(row: CatalogueRow, plan: DetectedPlan | null): PlanInclusion {
  switch (plan?.kind) {
    case 'user-plan':
      return { row, ...inUserPlan(row, plan) };
    case 'no-plan':
      // That nobody logs in without a login license is documented, that it says "no plan" is concluded from it.
      return { row, inclusion: 'no', confidence: plan.module === null ? 'inferred' : 'documented' };
    default:
      return { row, inclusion: 'unstated', confidence: 'none' };
  }
}

// Only what premium adds depends on the tier, and is as sure as the step that found it.
function inUserPlan(row: CatalogueRow, { tiers, findings }: AssignedUserPlan): Omit<PlanInclusion, 'row'> {
  if (row.tier === 'common') return { inclusion: 'yes', confidence: 'documented' };
  const held = tiers[row.solution];
  if (held === 'none') return { inclusion: 'no', confidence: 'documented' };
  if (row.tier === 'essential') return { inclusion: 'yes', confidence: 'documented' };
  if (held === 'unknown') return { inclusion: 'possibly', confidence: 'none' };
  const found = findings.find(({ solution, tier }) => solution === row.solution && tier === held);
  const inclusion = tierRank(held) >= tierRank(row.tier) ? 'yes' : 'no';
  return { inclusion, confidence: found?.confidence ?? 'none' };
}
