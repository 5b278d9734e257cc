/** An amount of money, not negative, in ten-thousandths of the currency's unit: exact, which a float is not. */
export type Amount = bigint;

/** A decimal as `Intl.NumberFormat` takes it without rounding it to a float. */
export type DecimalText = `${number}`;

const decimals = 4;
const unit = 10n ** BigInt(decimals);

/**
 * Parses a decimal with at most eight digits before the point and four behind it; null for any other text.
 *
 * @example
 * parseAmount('49.50')
 * // → 495000n
 */
export function parseAmount(text: string): Amount | null {
  const parts = /^(\d{1,8})(?:\.(\d{1,4}))?$/.exec(text);
  if (parts === null) return null;
  const [, whole = '', fraction = ''] = parts;
  return BigInt(whole) * unit + BigInt(fraction.padEnd(decimals, '0'));
}

/**
 * Writes an amount as a decimal without needless zeros.
 *
 * @example
 * formatAmount(495000n)
 * // → '49.5'
 */
export function formatAmount(amount: Amount): DecimalText {
  const fraction = String(amount % unit)
    .padStart(decimals, '0')
    .replace(/0+$/, '');
  return `${amount / unit}${fraction === '' ? '' : `.${fraction}`}` as DecimalText;
}
