import { type AddOnKey, addOnKeys, getAddOnLabel } from './add-ons.ts';
import { type CatalogueRow, catalogue, getFeatureRows, isGroup } from './catalogue.ts';
import { type FeatureKey, featureKeys } from './feature-keys.ts';
import { splitWords, type Word } from './fold-text.ts';
import { getRowLabel } from './labels.ts';
import { type Language, languages } from './languages.ts';
import { getNewerFeatureLabel, newerFeatures } from './newer-features.ts';
import { getSynonymLanguages } from './synonym-languages.ts';
import { newerFeatureSynonyms, synonyms } from './synonyms.ts';

/** What a search can find. A group is found by its features. */
export type SearchSubject =
  | { readonly kind: 'feature'; readonly key: FeatureKey }
  | { readonly kind: 'add-on'; readonly key: AddOnKey }
  | { readonly kind: 'newer-feature'; readonly key: string };

/** A text by which a subject is found. */
export interface SearchTerm {
  readonly text: string;
  /** A label of the subject, a synonym of any language, or a label of the subject's group. */
  readonly kind: 'label' | 'synonym' | 'group';
  /** The languages that have this label or synonym; empty for a synonym that is English, a name, or shared with English. */
  readonly languages: readonly Language[];
  readonly words: readonly Word[];
  /** All words written as one. */
  readonly folded: string;
}

/** A subject with its terms. */
export interface SearchEntry {
  readonly subject: SearchSubject;
  readonly terms: readonly SearchTerm[];
}

/** Lists what can be found, in the order of the catalogue: features, add-ons, newer features. */
export function listSearchEntries(): readonly SearchEntry[] {
  const features = featureKeys.filter((key) => !isGroup(key));
  return [
    ...features.map((key) => ({ subject: { kind: 'feature', key }, terms: featureTerms(key) }) as const),
    ...addOnKeys.map((key) => {
      const labels = labelTerms('label', (language) => getAddOnLabel(key, language));
      return {
        subject: { kind: 'add-on', key },
        terms: [...labels, ...synonymTerms(synonyms[key])],
      } as const;
    }),
    ...newerFeatures.map((feature) => {
      const { key } = feature;
      const labels = labelTerms('label', (language) => getNewerFeatureLabel(feature, language));
      const others = synonymTerms(newerFeatureSynonyms[key] ?? []);
      return { subject: { kind: 'newer-feature', key }, terms: [...labels, ...others] } as const;
    }),
  ];
}

function featureTerms(key: FeatureKey): readonly SearchTerm[] {
  const rows = getFeatureRows(key);
  const groups = catalogue.filter(({ id }) => rows.some(({ parent }) => parent === id));
  const toTerms = (kind: SearchTerm['kind']) => (row: CatalogueRow) =>
    labelTerms(kind, (language) => getRowLabel(row.id, language));
  return [
    ...rows.flatMap(toTerms('label')),
    ...synonymTerms(synonyms[key] ?? []),
    ...groups.flatMap(toTerms('group')),
  ];
}

function labelTerms(
  kind: SearchTerm['kind'],
  getLabel: (language: Language) => string,
): readonly SearchTerm[] {
  const texts = new Set(languages.map(getLabel));
  return [...texts].map((text) =>
    toTerm(
      text,
      kind,
      languages.filter((language) => getLabel(language) === text),
    ),
  );
}

function synonymTerms(texts: readonly string[]): readonly SearchTerm[] {
  return texts.map((text) => toTerm(text, 'synonym', getSynonymLanguages(text)));
}

function toTerm(text: string, kind: SearchTerm['kind'], languages: readonly Language[]): SearchTerm {
  const words = splitWords(text);
  return { text, kind, languages, words, folded: words.map(({ folded }) => folded).join('') };
}
