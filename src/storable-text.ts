import { z } from 'zod';

/** Longest text of one value, in UTF-16 code units: more than any field of SuperOffice holds. */
const maxTextLength = 10_000;
const ellipsis = '…';
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const notStorable = new RegExp(`\\0|${loneSurrogate.source}`);

/** True if PostgreSQL stores the text in both `text` and `jsonb`: it contains neither NUL nor a lone surrogate. */
export function isStorableText(text: string): boolean {
  return !notStorable.test(text);
}

/**
 * A text from outside, made storable: U+FFFD replaces each character that PostgreSQL cannot store, and an ellipsis
 * ends a text that is longer than `maxLength` UTF-16 code units.
 */
export function toStorableText(text: string, maxLength: number = maxTextLength): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength - 1)}${ellipsis}` : text;
  return isStorableText(short) ? short : short.replaceAll(new RegExp(notStorable, 'g'), '\uFFFD');
}

/** The schema of a text that is stored or shown: see `toStorableText`. */
export function storableText(maxLength?: number) {
  return z.string().transform((text) => toStorableText(text, maxLength));
}

/** The schema of a text that identifies something: what cannot be stored is refused, because a changed one is another. */
export const storableIdentifier = z.string().refine(isStorableText);
