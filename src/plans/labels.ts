import type { RowId } from './catalogue.ts';
import { publishedLabels } from './catalogue-labels.ts';
import type { Language } from './languages.ts';

/** Misprints of the published labels, corrected on the page only (user-plans.md 7). */
const corrections: Readonly<Record<string, string>> = {
  'Firmen und Persone': 'Firmen und Personen',
};

/** The label of a catalogue row to show in one language. */
export function labelOf(row: RowId, language: Language): string {
  const published = publishedLabels[row][language];
  return corrections[published] ?? published;
}
