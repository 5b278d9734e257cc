import { getFeatureRows, type RowId } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { Language } from './languages.ts';
import { publishedLabels } from './published-labels.ts';

/**
 * Corrections of misprints in the published labels, for display only (docs/superoffice/user-plans.md#7-languages).
 */
const corrections: Readonly<Record<string, string>> = {
  'Firmen und Persone': 'Firmen und Personen',
};

/** Returns the display label of a catalogue row in one language. */
export function getRowLabel(row: RowId, language: Language): string {
  const published = publishedLabels[row][language];
  return corrections[published] ?? published;
}

/** Returns the display label of a feature: the label of its first row. */
export function getFeatureLabel(feature: FeatureKey, language: Language): string {
  const [row] = getFeatureRows(feature);
  return row === undefined ? feature : getRowLabel(row.id, language);
}
