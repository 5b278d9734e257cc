import { type FeatureKey, featureKeys } from './feature-keys.ts';
import {
  common,
  marketingEssential,
  marketingPremium,
  salesEssential,
  salesPremium,
  serviceEssential,
  servicePremium,
} from './rows.ts';
import type { Solution, Tier } from './solutions.ts';

const blocks = [
  { place: { solution: 'common', tier: 'common' }, rows: common },
  { place: { solution: 'sales', tier: 'essential' }, rows: salesEssential },
  { place: { solution: 'sales', tier: 'premium' }, rows: salesPremium },
  { place: { solution: 'service', tier: 'essential' }, rows: serviceEssential },
  { place: { solution: 'service', tier: 'premium' }, rows: servicePremium },
  { place: { solution: 'marketing', tier: 'essential' }, rows: marketingEssential },
  { place: { solution: 'marketing', tier: 'premium' }, rows: marketingPremium },
] as const;

/** A row of the catalogue, such as `SaP1`: a misspelt one does not compile. */
export type RowId = (typeof blocks)[number]['rows'][number][0];

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
};

/** All rows of one feature, at least one. */
export type FeatureRows = readonly [CatalogueRow, ...CatalogueRow[]];

/** The plan catalogue in the order SuperOffice publishes it (docs/superoffice/user-plans.md#3-features). */
export const catalogue: readonly CatalogueRow[] = blocks.flatMap(({ place, rows }) =>
  rows.map(([id, parent, feature]) => ({ ...place, id, parent, feature })),
);

const rowsByFeature = new Map(
  featureKeys.map((feature) => [feature, catalogue.filter((row) => row.feature === feature)]),
);
const rowsByParent = new Map(catalogue.map(({ id }) => [id, catalogue.filter((row) => row.parent === id)]));

/** All rows a feature stands in, in catalogue order. */
export function rowsOf(feature: FeatureKey): readonly CatalogueRow[] {
  return rowsByFeature.get(feature) ?? [];
}

/** Whether a feature is a group: it has no license of its own and is as good as what is in it. */
export function isGroup(feature: FeatureKey): boolean {
  return rowsOf(feature).some(({ id }) => getChildRows(id).length > 0);
}

/** The rows below a group row; empty for a feature of its own. */
export function getChildRows(row: RowId): readonly CatalogueRow[] {
  return rowsByParent.get(row) ?? [];
}
