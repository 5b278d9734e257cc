import { foldWord, type Word } from './fold-text.ts';

/** How a typed word occurs in a text, best first. */
const quality = { word: 4, beginning: 3, inflection: 2, inside: 1 } as const;

/** Where a typed word occurs in a text, and how well. */
export interface WordMatch {
  readonly quality: number;
  readonly start: number;
  readonly end: number;
  /** The number of folded letters that agree. */
  readonly letters: number;
}

/** Shorter words occur inside others by chance, as `ai` does in `mail`. */
const minInside = 4;
/** Words that agree in so many letters and differ in so few at the end are forms of one word. */
export const minStem = 4;
const maxEnding = 3;
const minCommonStem = 5;

/**
 * Finds a typed word, folded, in a text: as a word or several written as one, as the beginning of a word, as another
 * form of a word, or inside a compound. Returns the first of the best matches, or null.
 */
export function matchWord(text: string, words: readonly Word[], typed: string): WordMatch | null {
  let best: WordMatch | null = null;
  for (const index of words.keys()) {
    const match = matchAt(text, words, index, typed);
    if (match !== null && match.quality > (best?.quality ?? 0)) best = match;
  }
  return best;
}

function matchAt(text: string, words: readonly Word[], index: number, typed: string): WordMatch | null {
  const word = words[index];
  if (word === undefined || typed === '') return null;
  const { folded, start } = word;
  const compared = folded.length >= typed.length ? folded : foldFrom(words, index, typed.length);
  if (compared.startsWith(typed)) {
    const { end, isWhole } = findEnd(text, words, index, typed.length);
    return { quality: isWhole ? quality.word : quality.beginning, start, end, letters: typed.length };
  }
  const stem = commonLength(folded, typed);
  if (isInflection(folded, typed, stem)) {
    const { end } = findEnd(text, words, index, stem);
    return { quality: quality.inflection, start, end, letters: stem };
  }
  const offset = typed.length < minInside ? -1 : folded.indexOf(typed);
  if (offset < 0) return null;
  const inside = text.slice(start, word.end);
  return {
    quality: quality.inside,
    start: start + originalLength(inside, offset),
    end: start + originalLength(inside, offset + typed.length),
    letters: typed.length,
  };
}

/** The folded words from one on, written as one, up to a length or beyond. */
function foldFrom(words: readonly Word[], index: number, length: number): string {
  let joined = '';
  for (const { folded } of words.slice(index)) {
    if (joined.length >= length) break;
    joined += folded;
  }
  return joined;
}

/** The end in the text of so many folded letters from a word on, and whether it is the end of a word. */
function findEnd(text: string, words: readonly Word[], index: number, letters: number) {
  let left = letters;
  for (const { start, end, folded } of words.slice(index)) {
    if (left <= folded.length) {
      const isWhole = left === folded.length;
      return { isWhole, end: isWhole ? end : start + originalLength(text.slice(start, end), left) };
    }
    left -= folded.length;
  }
  return { isWhole: true, end: text.length };
}

/** The length of the shortest beginning of a word that folds to so many letters. */
function originalLength(word: string, letters: number): number {
  let length = 0;
  while (length < word.length && foldWord(word.slice(0, length)).length < letters) length++;
  return length;
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

function isInflection(word: string, typed: string, stem: number): boolean {
  if (Math.max(word.length, typed.length) - stem > maxEnding) return false;
  return stem >= minCommonStem || (stem >= minStem && stem === word.length);
}
