import { foldTypedWords, splitWords } from './fold-text.ts';
import type { Language } from './languages.ts';
import { matchWord, minStem } from './match-words.ts';
import { listSearchEntries, type SearchEntry, type SearchSubject, type SearchTerm } from './search-terms.ts';

/** One hit of a search. */
export interface SearchHit {
  readonly subject: SearchSubject;
  /** The label or synonym that matched best, as it is written. */
  readonly term: string;
  /** The languages that have this label or synonym; empty for a synonym that is English, a name, or shared with English. */
  readonly languages: readonly Language[];
}

/** The hits of a search, best first, and the folded words that were searched. */
export interface SearchResult {
  readonly words: readonly string[];
  readonly hits: readonly SearchHit[];
}

/** How well words match a term or a subject. */
interface Score {
  readonly term: SearchTerm;
  readonly score: number;
}

const weights = { ownLabel: 1, synonym: 0.85, foreignLabel: 0.8, group: 0.5 } as const;
/** A user who types exactly a term means its subject. */
const exactBonus = 10;
/** Users type how the name of a feature begins. */
const beginningBonus = 1;
/** Words that are spread over several terms count half. */
const spreadWeight = 0.5;

/** Listed by the first search, which takes 7 ms. */
let entries: readonly SearchEntry[] | undefined;

/**
 * Finds features, add-ons and newer features by typed words: words and beginnings of words in the labels of all languages
 * and in synonyms, without case, accents and hyphens. Every word must occur. Labels in the user's language count most.
 * If a hyphenated word finds nothing, its parts are searched.
 *
 * @example
 * searchCatalogue('wahrung', 'de').hits[0]?.subject // → { kind: 'feature', key: 'currency-support' }
 */
export function searchCatalogue(typed: string, language: Language): SearchResult {
  const words = foldTypedWords(typed);
  const result = { words, hits: findHits(words, language) };
  const parts = splitWords(typed).map(({ folded }) => folded);
  if (result.hits.length > 0 || parts.length === words.length) return result;
  return { words: parts, hits: findHits(parts, language) };
}

function findHits(words: readonly string[], language: Language): readonly SearchHit[] {
  if (words.length === 0) return [];
  entries ??= listSearchEntries();
  return (
    entries
      .flatMap(({ subject, terms }) => {
        const best = scoreTerms(terms, words, language);
        return best === null ? [] : [{ subject, ...best }];
      })
      // The sort is stable: equal hits stay in the order of the catalogue.
      .sort((one, other) => other.score - one.score)
      .map(({ subject, term: { text, languages } }) => ({ subject, term: text, languages }))
  );
}

/** The score of the best term that has all words; without one, of several terms that have them together. */
function scoreTerms(
  terms: readonly SearchTerm[],
  words: readonly string[],
  language: Language,
): Score | null {
  const whole = bestOf(terms.map((term) => scoreTerm(term, words, language)));
  if (whole !== null || words.length === 1) return whole;
  const spread = words.map((word) => bestOf(terms.map((term) => scoreTerm(term, [word], language))));
  if (spread.includes(null)) return null;
  const found = spread.filter((each) => each !== null);
  const weakest = found.toSorted((one, other) => one.score - other.score)[0];
  return weakest === undefined ? null : { term: weakest.term, score: weakest.score * spreadWeight };
}

function bestOf(scores: readonly (Score | null)[]): Score | null {
  return scores.reduce((best, each) => ((each?.score ?? 0) > (best?.score ?? 0) ? each : best), null);
}

/** Weighs how well the words match on average and how much of the term they are; null if one is missing. */
function scoreTerm(term: SearchTerm, words: readonly string[], language: Language): Score | null {
  if (!words.every((word) => mayMatch(term, word))) return null;
  const matches = words.map((word) => matchWord(term.text, term.words, word));
  let quality = 0;
  let letters = 0;
  for (const match of matches) {
    if (match === null) return null;
    quality += match.quality;
    letters += match.letters;
  }
  const share = Math.min(1, letters / term.folded.length);
  const isBeginning = isOwnLabel(term, language) && matches[0]?.start === 0;
  const bonus = words.join('') === term.folded ? exactBonus : isBeginning ? beginningBonus : 0;
  const score = (quality / words.length + share + bonus) * weightOf(term, language);
  return { term, score };
}

function isOwnLabel({ kind, languages }: SearchTerm, language: Language): boolean {
  return kind === 'label' && languages.includes(language);
}

/** Rejects most terms fast: whatever matches has the first letters of the word. */
function mayMatch({ folded }: SearchTerm, word: string): boolean {
  return folded.includes(word.slice(0, minStem));
}

function weightOf(term: SearchTerm, language: Language): number {
  const { kind } = term;
  if (kind !== 'label') return weights[kind];
  return isOwnLabel(term, language) ? weights.ownLabel : weights.foreignLabel;
}
