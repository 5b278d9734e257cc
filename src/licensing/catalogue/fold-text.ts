/** A word of a text: where it is, and what search compares. */
export interface Word {
  readonly start: number;
  readonly end: number;
  readonly folded: string;
}

const wordPattern = /[\p{L}\p{M}\p{N}]+/gu;
/** Characters that join the parts of one word, as in `E-Mail`, `KPI's` and the Swedish `KPI:er`. */
const typedWordPattern = /[\p{L}\p{M}\p{N}]+(?:[-‑'’:][\p{L}\p{M}\p{N}]+)*/gu;

/**
 * Folds a word for search: lower case without accents and umlauts. A vowel that is also written as two, such as ä and ae,
 * å and aa, or ø and oe, becomes one letter, so that all spellings are equal. What precedes in a word stays the same
 * whatever follows: the folded beginning of a word is a beginning of the folded word.
 */
export function foldWord(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replace(/æ|ae|aa/g, 'a')
    .replace(/ø|œ|oe/g, 'o')
    .replace(/ue/g, 'u');
}

/** The words of a text; the parts of a hyphenated word are words. */
export function splitWords(text: string): readonly Word[] {
  return [...text.matchAll(wordPattern)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    folded: foldWord(word),
  }));
}

/** The folded words that a user typed. A hyphenated word is one: `e-mail` becomes `email`. */
export function foldTypedWords(typed: string): readonly string[] {
  return [...typed.matchAll(typedWordPattern)].map(([word]) => foldText(word));
}

/** Folds a text to its letters and digits, word by word. */
export function foldText(text: string): string {
  return splitWords(text)
    .map(({ folded }) => folded)
    .join('');
}
