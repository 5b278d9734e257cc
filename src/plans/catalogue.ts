import {
  type Confidence,
  common,
  marketingEssential,
  marketingPremium,
  salesEssential,
  salesPremium,
  serviceEssential,
  servicePremium,
} from './catalogue-rows.ts';
import { type FeatureKey, featureKeys } from './feature-keys.ts';
import type { KnownModule } from './known-modules.ts';
import type { Solution, Tier } from './solutions.ts';

const blocks = [
  { solution: 'common', tier: 'common', rows: common },
  { solution: 'sales', tier: 'essential', rows: salesEssential },
  { solution: 'sales', tier: 'premium', rows: salesPremium },
  { solution: 'service', tier: 'essential', rows: serviceEssential },
  { solution: 'service', tier: 'premium', rows: servicePremium },
  { solution: 'marketing', tier: 'essential', rows: marketingEssential },
  { solution: 'marketing', tier: 'premium', rows: marketingPremium },
] as const;

/** A row of the catalogue, such as `SaP1`: a misspelt one does not compile. */
export type RowId = (typeof blocks)[number]['rows'][number]['id'];

/** Where a row stands: under one tier of one solution, or among the features of every plan. */
export type RowPlace =
  | { readonly solution: 'common'; readonly tier: 'common' }
  | { readonly solution: Solution; readonly tier: Tier };

/** One of the 76 rows of the plan catalogue. */
export type CatalogueRow = RowPlace & {
  readonly id: RowId;
  /** The group row above, or null. */
  readonly parent: RowId | null;
  readonly feature: FeatureKey;
  /** Any one of these site licenses is enough; empty where none is known. */
  readonly siteModules: readonly KnownModule[];
  /** All of these user licenses are needed; empty where none is known. */
  readonly userModules: readonly KnownModule[];
  /** How sure it is that these modules stand for this row. */
  readonly confidence: Confidence;
};

/** The plan catalogue in the order SuperOffice publishes it (user-plans.md 3). */
export const catalogue: readonly CatalogueRow[] = blocks.flatMap(({ rows, ...place }) =>
  rows.map((row) => ({
    ...place,
    id: row.id,
    parent: 'parent' in row ? row.parent : null,
    feature: row.feature,
    siteModules: row.site,
    userModules: row.user,
    confidence: row.confidence,
  })),
);

const rowsByFeature = new Map(
  featureKeys.map((feature) => [feature, catalogue.filter((row) => row.feature === feature)]),
);

/** All rows a feature stands in, in catalogue order; they carry the same modules. */
export function rowsOf(feature: FeatureKey): readonly CatalogueRow[] {
  return rowsByFeature.get(feature) ?? [];
}

/** The rows below a group row; empty for a feature of its own. */
export function childrenOf(row: RowId): readonly CatalogueRow[] {
  return catalogue.filter((child) => child.parent === row);
}
