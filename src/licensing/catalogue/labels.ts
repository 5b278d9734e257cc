import { type RowId, rowsOf } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { Language } from './languages.ts';
import { publishedLabels } from './published-labels.ts';

/**
 * Misprints of the published labels, corrected on the page only (docs/superoffice/user-plans.md#7-languages).
 */
const corrections: Readonly<Record<string, string>> = {
  'Firmen und Persone': 'Firmen und Personen',
};

/** The label of a catalogue row to show in one language. */
export function getRowLabel(row: RowId, language: Language): string {
  const published = publishedLabels[row][language];
  return corrections[published] ?? published;
}

/** The label to show for a feature: that of the first row it is listed in. */
export function getFeatureLabel(feature: FeatureKey, language: Language): string {
  const [row] = rowsOf(feature);
  return row === undefined ? feature : getRowLabel(row.id, language);
}
