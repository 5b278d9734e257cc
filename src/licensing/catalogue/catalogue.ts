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

const sections = [
  { section: { solution: 'common', tier: 'common' }, rows: common },
  { section: { solution: 'sales', tier: 'essential' }, rows: salesEssential },
  { section: { solution: 'sales', tier: 'premium' }, rows: salesPremium },
  { section: { solution: 'service', tier: 'essential' }, rows: serviceEssential },
  { section: { solution: 'service', tier: 'premium' }, rows: servicePremium },
  { section: { solution: 'marketing', tier: 'essential' }, rows: marketingEssential },
  { section: { solution: 'marketing', tier: 'premium' }, rows: marketingPremium },
] as const;

/** The identifier of a catalogue row, such as `SaP1`. */
export type RowId = (typeof sections)[number]['rows'][number][0];

/** The section of a row: one tier of one solution, or the common features of every plan. */
export type CatalogueSection =
  | { readonly solution: 'common'; readonly tier: 'common' }
  | { readonly solution: Solution; readonly tier: Tier };

/** One of the 76 rows of the plan catalogue. */
export type CatalogueRow = CatalogueSection & {
  readonly id: RowId;
  /** The group row above, or null. */
  readonly parent: RowId | null;
  readonly feature: FeatureKey;
};

/** All rows of one feature, at least one. */
export type FeatureRows = readonly [CatalogueRow, ...CatalogueRow[]];

/** The plan catalogue in the order SuperOffice publishes it (docs/superoffice/user-plans.md#3-features). */
export const catalogue: readonly CatalogueRow[] = sections.flatMap(({ section, rows }) =>
  rows.map(([id, parent, feature]) => ({ ...section, id, parent, feature })),
);

const rowsByFeature = new Map(
  featureKeys.map((feature) => [feature, catalogue.filter((row) => row.feature === feature)]),
);
const rowsByParent = new Map(catalogue.map(({ id }) => [id, catalogue.filter((row) => row.parent === id)]));

/** Returns all rows of a feature, in catalogue order. */
export function getFeatureRows(feature: FeatureKey): readonly CatalogueRow[] {
  return rowsByFeature.get(feature) ?? [];
}

/** Whether a feature is a group: it has no license and takes its state from the features in it. */
export function isGroup(feature: FeatureKey): boolean {
  return getFeatureRows(feature).some(({ id }) => getChildRows(id).length > 0);
}

/** Returns the rows of a group row; empty for any other row. */
export function getChildRows(row: RowId): readonly CatalogueRow[] {
  return rowsByParent.get(row) ?? [];
}
