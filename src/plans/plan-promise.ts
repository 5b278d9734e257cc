import type { CatalogueRow } from './catalogue.ts';
import type { Promised } from './entitlement.ts';
import type { RecognisedPlan } from './recognise-plan.ts';
import { type FoundTier, tierRank } from './solutions.ts';

/** What a plan says of a feature, and the row it says it in. */
export interface PlanWord {
  readonly promised: Promised;
  readonly row: CatalogueRow;
}

const strongestFirst: readonly Promised[] = ['yes', 'perhaps', 'silent', 'no'];

/**
 * What a plan says of a feature. `rows` are all rows of the feature: a feature is one thing whatever row it stands
 * in, so the row that says most speaks for it (default tiles stand under sales and under service; a service user
 * has them through the service row).
 */
export function planWordOn(
  rows: readonly [CatalogueRow, ...CatalogueRow[]],
  plan: RecognisedPlan | null,
): PlanWord {
  const words = rows.map((row) => ({ row, promised: promised(row, plan) }));
  const found = strongestFirst.flatMap((each) => words.filter((word) => word.promised === each));
  return found[0] ?? { row: rows[0], promised: 'silent' };
}

function promised(row: CatalogueRow, plan: RecognisedPlan | null): Promised {
  switch (plan?.kind) {
    case 'user-plan':
      return row.tier === 'common' ? 'yes' : reaches(plan.tiers[row.solution], row.tier);
    case 'no-plan':
      return 'no';
    default:
      return 'silent';
  }
}

function reaches(held: FoundTier, needed: 'essential' | 'premium'): Promised {
  if (held === 'unknown') return needed === 'essential' ? 'yes' : 'perhaps';
  return tierRank(held) >= tierRank(needed) ? 'yes' : 'no';
}
