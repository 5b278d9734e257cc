import { splitWords } from './fold-text.ts';
import { matchWord } from './match-words.ts';

/** A part of a text, and whether a search matched it. */
export interface TextPart {
  readonly text: string;
  readonly marked: boolean;
}

/**
 * Splits a text at what searched words, folded, match in it.
 *
 * @example
 * markWords('Unterstützung mehrerer Währungen', ['wahrung'])
 * // → [
 * //   { text: 'Unterstützung mehrerer ', marked: false },
 * //   { text: 'Währung', marked: true },
 * //   { text: 'en', marked: false },
 * // ]
 */
export function markWords(text: string, words: readonly string[]): readonly TextPart[] {
  const split = splitWords(text);
  const matches = words
    .map((word) => matchWord(text, split, word))
    .filter((match) => match !== null)
    .sort((one, other) => one.start - other.start);
  const parts: TextPart[] = [];
  let shown = 0;
  for (const { start, end } of matches) {
    if (start > shown) parts.push({ text: text.slice(shown, start), marked: false });
    if (end > shown) parts.push({ text: text.slice(Math.max(start, shown), end), marked: true });
    shown = Math.max(shown, end);
  }
  if (shown < text.length) parts.push({ text: text.slice(shown), marked: false });
  return parts;
}

/** Whether a text has all searched words, folded. */
export function hasWords(text: string, words: readonly string[]): boolean {
  const split = splitWords(text);
  return words.every((word) => matchWord(text, split, word) !== null);
}
