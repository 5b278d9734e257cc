import type { CatalogueRow, FeatureRows } from '../catalogue/catalogue.ts';
import { type Confidence, surest, weakest } from '../catalogue/confidence.ts';
import { tierRank } from '../catalogue/solutions.ts';
import type { HeldUserPlan, RecognisedPlan } from '../plans/detect-plan.ts';
import type { Promised } from './entitlement.ts';

/** What a plan says of a feature, the row it says it in, and how sure that is. */
export interface PlanWord {
  readonly promised: Promised;
  readonly row: CatalogueRow;
  readonly confidence: Confidence;
}

const strongestFirst: readonly Promised[] = ['yes', 'perhaps', 'silent', 'no'];

/**
 * What a plan says of a feature. `rows` are all rows of the feature: a feature is one thing whatever row it stands
 * in, so the row that says most speaks for it (default tiles stand under sales and under service; a service user
 * has them through the service row).
 */
export function planWordOn(rows: FeatureRows, plan: RecognisedPlan | null): PlanWord {
  const words = rows.map((row) => wordOf(row, plan));
  const said = strongestFirst.find((each) => words.some(({ promised }) => promised === each));
  const alike = words.filter(({ promised }) => promised === said);
  // A no needs the no of every row; of several that promise it, the surest is enough.
  const confidences = alike.map(({ confidence }) => confidence);
  const confidence = said === 'no' ? weakest(confidences) : surest(confidences);
  const [first] = alike.filter((word) => word.confidence === confidence);
  return first ?? { promised: 'silent', row: rows[0], confidence: 'none' };
}

function wordOf(row: CatalogueRow, plan: RecognisedPlan | null): PlanWord {
  switch (plan?.kind) {
    case 'user-plan':
      return { row, ...inUserPlan(row, plan) };
    case 'no-plan':
      // That nobody logs in without a login license is documented, that it says "no plan" is concluded from it.
      return { row, promised: 'no', confidence: plan.module === null ? 'inferred' : 'documented' };
    default:
      return { row, promised: 'silent', confidence: 'none' };
  }
}

// Only what premium adds depends on the tier, and is as sure as the step that found it.
function inUserPlan(row: CatalogueRow, { tiers, findings }: HeldUserPlan): Omit<PlanWord, 'row'> {
  if (row.tier === 'common') return { promised: 'yes', confidence: 'documented' };
  const held = tiers[row.solution];
  if (held === 'none') return { promised: 'no', confidence: 'documented' };
  if (row.tier === 'essential') return { promised: 'yes', confidence: 'documented' };
  if (held === 'unknown') return { promised: 'perhaps', confidence: 'none' };
  const found = findings.find(({ solution, tier }) => solution === row.solution && tier === held);
  const promised = tierRank(held) >= tierRank(row.tier) ? 'yes' : 'no';
  return { promised, confidence: found?.confidence ?? 'none' };
}
