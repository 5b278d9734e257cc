import type { CatalogueRow, CatalogueSection, FeatureRows } from '../catalogue/catalogue.ts';
import { type Confidence, maxConfidence, minConfidence } from '../catalogue/confidence.ts';
import { tierRank } from '../catalogue/solutions.ts';
import type { AssignedUserPlan, DetectedPlan } from '../plans/detect-plan.ts';
import type { Inclusion } from './entitlement.ts';

/** Whether a plan includes a feature, and the confidence. */
export interface SectionInclusion {
  readonly inclusion: Inclusion;
  readonly confidence: Confidence;
}

/** Whether a plan includes a feature, the row this is based on, and the confidence. */
export interface PlanInclusion extends SectionInclusion {
  readonly row: CatalogueRow;
}

const strongestFirst: readonly Inclusion[] = ['yes', 'possibly', 'unstated', 'no'];
const unstated: SectionInclusion = { inclusion: 'unstated', confidence: 'none' };

/**
 * Finds whether a plan includes a feature. `rows` are all rows of the feature, and the row with the strongest inclusion
 * decides. Example: default tiles have a sales row and a service row; a service user has them through the service row.
 */
export function findPlanInclusion(rows: FeatureRows, plan: DetectedPlan | null): PlanInclusion {
  const found = rows.map((row) => ({ row, ...findSectionInclusion(row, plan) }));
  return findStrongest(found) ?? { row: rows[0], ...unstated };
}

/** Finds whether a plan includes a feature that any one of these sections has. */
export function findInclusion(
  sections: readonly CatalogueSection[],
  plan: DetectedPlan | null,
): SectionInclusion {
  return findStrongest(sections.map((section) => findSectionInclusion(section, plan))) ?? unstated;
}

function findStrongest<T extends SectionInclusion>(inclusions: readonly T[]): T | undefined {
  const inclusion = strongestFirst.find((each) => inclusions.some((found) => found.inclusion === each));
  const decisive = inclusions.filter((found) => found.inclusion === inclusion);
  // `no` needs all rows; otherwise one row is sufficient, so the highest confidence counts.
  const confidences = decisive.map(({ confidence }) => confidence);
  const confidence = inclusion === 'no' ? minConfidence(confidences) : maxConfidence(confidences);
  return decisive.find((found) => found.confidence === confidence);
}

function findSectionInclusion(section: CatalogueSection, plan: DetectedPlan | null): SectionInclusion {
  switch (plan?.kind) {
    case 'user-plan':
      return findUserPlanInclusion(section, plan);
    case 'no-plan':
      // It is documented that login needs a login license; that a user without one has no plan is inferred.
      return { inclusion: 'no', confidence: plan.module === null ? 'inferred' : 'documented' };
    default:
      return unstated;
  }
}

// Only premium sections depend on the tier, with the confidence of the step that found it.
function findUserPlanInclusion(
  section: CatalogueSection,
  { tiers, findings }: AssignedUserPlan,
): SectionInclusion {
  if (section.tier === 'common') return { inclusion: 'yes', confidence: 'published' };
  const assignedTier = tiers[section.solution];
  if (assignedTier === 'none') return { inclusion: 'no', confidence: 'published' };
  if (section.tier === 'essential') return { inclusion: 'yes', confidence: 'published' };
  if (assignedTier === 'unknown') return { inclusion: 'possibly', confidence: 'none' };
  const found = findings.find(({ solution, tier }) => solution === section.solution && tier === assignedTier);
  const inclusion = tierRank(assignedTier) >= tierRank(section.tier) ? 'yes' : 'no';
  return { inclusion, confidence: minConfidence(['published', found?.confidence ?? 'none']) };
}
