import { describe, expect, it } from 'vitest';
import { pricesSchema, readPrices } from '../../../../../src/web/admin/contract/price-form.ts';
import { parseForm } from '../../../../../src/web/rendering/form-parsing.ts';
import { english, german } from '../../harness.ts';

const sent = (fields: object) => parseForm(pricesSchema, { form: 'prices', currency: 'EUR', ...fields });
const row = (amount: string, plan = 'sales-premium', period = 'month') => ({ plan, amount, period });
const refusal = (fields: object) => {
  const read = readPrices(sent(fields), english);
  return 'refused' in read ? read.refused : null;
};

describe('price form', () => {
  it('reads one or several prices in the language of the page', () => {
    expect(readPrices(sent({ currency: ' nok', ...row('1.234,5') }), german)).toEqual({
      prices: {
        currency: 'NOK',
        byPlan: new Map([['sales-premium', { amount: 12_345_000n, period: 'month' }]]),
      },
    });
    const several = {
      plan: ['sales-premium', 'core', ''],
      amount: ['1', '0', ''],
      period: ['month', 'year', 'month'],
    };
    expect(readPrices(sent(several), english)).toEqual({
      prices: {
        currency: 'EUR',
        byPlan: new Map([
          ['sales-premium', { amount: 10_000n, period: 'month' }],
          ['core', { amount: 0n, period: 'year' }],
        ]),
      },
    });
  });

  it('has no prices if all amounts are empty, whatever the currency', () => {
    for (const currency of ['', 'EUR', 'nonsense'])
      expect(readPrices(sent({ currency, ...row(' ') }), english)).toEqual({ prices: null });
    expect(readPrices(sent({}), english)).toEqual({ prices: null });
  });

  it.each([
    ['currency-missing', { currency: '', ...row('1') }],
    ['currency-invalid', { currency: 'EURO', ...row('1') }],
    ['currency-invalid', { currency: '=EU', ...row('1') }],
    ['currency-unknown', { currency: 'ZZZ', ...row('1') }],
    ['currency-unknown', { currency: 'zzz', ...row('1') }],
    ['amount-invalid', row('1e309')],
    ['amount-invalid', row('-5')],
    ['amount-invalid', row('\u202E5')],
    ['price-plan-missing', row('1', '')],
    ['price-twice', { plan: ['core', 'core'], amount: ['1', '2'], period: ['month', 'year'] }],
  ])('refuses with %s and keeps what was typed: %j', (validationError, fields) => {
    const form = sent(fields);
    const refused = refusal(fields);
    expect(refused).toMatchObject({ validationError, currency: form.currency });
    expect(refused?.rows.map(({ plan, amount, period }) => [plan, amount, period])).toEqual(
      form.plan.map((plan, index) => [plan, form.amount[index], form.period[index]]),
    );
    expect(refused?.rows.filter(({ isInvalid }) => isInvalid)).toHaveLength(
      validationError.startsWith('currency') ? 0 : 1,
    );
  });

  it.each([
    ['plan', row('1', 'sales-deluxe')],
    ['period', row('1', 'core', 'week')],
    ['plan', { plan: ['core', 'plus'], amount: '1', period: 'year' }],
    ['currency', { currency: ['EUR', 'NOK'] }],
  ])('rejects a form with an invalid %s: %j', (field, fields) => {
    expect(() => sent(fields)).toThrow(`form-malformed: ${field}`);
  });
});
