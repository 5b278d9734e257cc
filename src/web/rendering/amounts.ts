import { type Amount, formatAmount, parseAmount } from '../../licensing/billing/amounts.ts';
import type { Language } from './i18n.ts';

type Locale = Pick<Language, 'locale'>;

/** Spaces as languages separate thousands with them, and apostrophes as in Switzerland. */
const spaceInNumber = /(?<=\d)[ \u00A0\u202F'’](?=\d{3}(?!\d))/g;

/**
 * Reads an amount as people of the language type it; null if it is none. Comma and point both separate decimals, unless the
 * language groups thousands with them.
 *
 * @example
 * readAmount('1.234,50', german)
 * // → 12345000n
 */
export function readAmount(text: string, language: Locale): Amount | null {
  const digits = text.trim().replaceAll(spaceInNumber, '');
  const separator = separators(language).group;
  const grouped = new RegExp(`^\\d{1,3}(?:\\${separator}\\d{3})+$`);
  if ([',', '.'].includes(separator) && grouped.test(digits))
    return parseAmount(digits.replaceAll(separator, ''));
  // With both, the last one separates decimals.
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(digits))
    return parseAmount(digits.replaceAll('.', '').replace(',', '.'));
  if (/^\d{1,3}(?:,\d{3})+\.\d+$/.test(digits)) return parseAmount(digits.replaceAll(',', ''));
  return parseAmount(digits.replace(',', '.'));
}

/** Writes an amount for a form field: with the decimal separator of the language, two decimals if any, without groups. */
export function writeAmount(amount: Amount, language: Locale): string {
  return formatAmount(amount)
    .replace(/(?<=\.\d)$/, '0')
    .replace('.', separators(language).decimal);
}

/** Writes an amount with its currency (ISO 4217), rounded to the decimals of the currency. */
export function describeMoney(amount: Amount, currency: string, { locale }: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(formatAmount(amount));
}

/** Writes a price with its currency and all its decimals. */
export function describePrice(amount: Amount, currency: string, { locale }: Locale): string {
  const format = { style: 'currency', currency, maximumFractionDigits: 4 } as const;
  return new Intl.NumberFormat(locale, format).format(formatAmount(amount));
}

function separators({ locale }: Locale): { readonly group: string; readonly decimal: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8);
  const find = (type: Intl.NumberFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '';
  return { group: find('group'), decimal: find('decimal') };
}
