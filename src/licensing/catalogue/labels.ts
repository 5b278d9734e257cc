import { getFeatureRows, type RowId } from './catalogue.ts';
import { correctedLabels } from './corrected-labels.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { Language } from './languages.ts';
import { publishedLabels } from './published-labels.ts';

/** Returns the display label of a catalogue row in one language. */
export function getRowLabel(row: RowId, language: Language): string {
  return correctedLabels[row]?.[language] ?? publishedLabels[row][language];
}

/** Returns the display label of a feature: the label of its first row. */
export function getFeatureLabel(feature: FeatureKey, language: Language): string {
  const [row] = getFeatureRows(feature);
  return row === undefined ? feature : getRowLabel(row.id, language);
}
