import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../../../src/licensing/billing/amounts.ts';
import {
  describeMoney,
  describePrice,
  readAmount,
  writeAmount,
} from '../../../../src/web/rendering/amounts.ts';
import { english, german, languages } from '../harness.ts';

const norwegian = languages.choose(['no']);
const plainSpaces = (text: string) => text.replaceAll(/[\u00A0\u202F]/g, ' ');

describe('typed amounts', () => {
  it.each([
    ['49.50', 'en', '49.5'],
    ['49,50', 'en', '49.5'],
    ['49,50', 'de', '49.5'],
    ['49.50', 'de', '49.5'],
    ['1,234', 'en', '1234'],
    ['1.234', 'en', '1.234'],
    ['1.234', 'de', '1234'],
    ['1,234', 'de', '1.234'],
    ['1,234.50', 'de', '1234.5'],
    ['1.234,50', 'en', '1234.5'],
    ['12.345.678,9', 'nl', '12345678.9'],
    ['1 234,50', 'no', '1234.5'],
    ['1\u00A0234,50', 'sv', '1234.5'],
    ['1\u202F234', 'no', '1234'],
    ['1’234.50', 'de', '1234.5'],
    ['1.234', 'no', '1.234'],
    [' 0 ', 'da', '0'],
    ['99999999.9999', 'en', '99999999.9999'],
  ])('%j in %s is %s', (text, code, decimal) => {
    const amount = readAmount(text, languages.choose([code]));
    expect(amount === null ? null : formatAmount(amount)).toBe(decimal);
  });

  it.each([
    '1e309',
    '-1',
    '−1',
    '123456789012',
    '100000000',
    '1.23456',
    '1,23,456',
    '1.234.5',
    '1 2345',
    '1,2.3',
    'NaN',
    'Infinity',
    '0x10',
    '٤٩',
    '49\u200F',
    '\u202E49',
    '💶',
    '=1+1',
    '+1',
    '.5',
    '5.',
    '',
  ])('%j is none', (text) => {
    for (const language of [english, german, norwegian]) expect(readAmount(text, language)).toBeNull();
  });

  it('are exact, and written as they are read', () => {
    const amount = parseAmount('90071992.5474') ?? 0n;
    expect(amount).toBe(900719925474n);
    for (const code of languages.codes) {
      const language = languages.choose([code]);
      expect(readAmount(writeAmount(amount, language), language)).toBe(amount);
    }
    expect([writeAmount(495_000n, german), writeAmount(495_000n, english)]).toEqual(['49,50', '49.50']);
    expect([49n, 4_900n, 490_000n].map((amount) => writeAmount(amount, english))).toEqual([
      '0.0049',
      '0.49',
      '49',
    ]);
  });
});

describe('amounts with a currency', () => {
  it('have the decimals of the currency, exactly rounded', () => {
    expect(describeMoney(9_007_199_254_740_993_0000n, 'EUR', english)).toBe('€9,007,199,254,740,993.00');
    expect(plainSpaces(describeMoney(12_345_678n, 'NOK', norwegian))).toBe('1 234,57 kr');
    expect(plainSpaces(describeMoney(12_345_678n, 'EUR', german))).toBe('1.234,57 €');
    expect(describeMoney(12_345_678n, 'JPY', english)).toBe('JP¥1,235');
  });

  it('keep all decimals of a price', () => {
    expect(describePrice(495_125n, 'GBP', english)).toBe('£49.5125');
    expect(describePrice(495_000n, 'GBP', english)).toBe('£49.50');
  });
});
