import { describe, expect, it } from 'vitest';
import type { PlanPrices } from '../../../../../src/licensing/billing/plan-prices.ts';
import { createEntitlementEngine } from '../../../../../src/licensing/entitlement-engine.ts';
import { pricesView } from '../../../../../src/web/admin/contract/price-view.ts';
import { describeSeatCosts } from '../../../../../src/web/admin/seats/seat-costs-view.ts';
import { assumptions, entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant } from '../../../licensing/fixtures/tenants.ts';
import { english, german } from '../../harness.ts';

const today = '2026-12-01';
const premium = publishedTenant('premium');
const prices: PlanPrices = {
  currency: 'EUR',
  byPlan: new Map([
    ['sales-premium', { amount: 3_650_000n, period: 'year' }],
    ['sales-essential', { amount: 495_050n, period: 'month' }],
  ]),
};

type Input = Parameters<typeof pricesView>[0];
const view = (given: Partial<Input> = {}) =>
  pricesView({
    prices,
    refused: null,
    contract: { start: '2026-03-01', period: 'yearly' },
    plans: entitlementEngine(premium, today),
    today,
    language: english,
    ...given,
  });

describe('prices of one seat', () => {
  it('are per year, and until the renewal by day, in the order of the plans', () => {
    expect(view().seatPrices).toEqual([
      {
        plan: 'Sales-Essentials',
        price: '€49.505 per month',
        perYear: '€594.06',
        more: '€146.48',
        less: '€0.00',
      },
      {
        plan: 'Sales-Premium',
        price: '€365.00 per year',
        perYear: '€365.00',
        more: '€90.00',
        less: '€0.00',
      },
    ]);
    expect(view().until).toBe('1 March 2027');
  });

  it('follow the days on which changes count', () => {
    const planChanges = { add: 'at-renewal', reduce: 'at-once' } as const;
    const plans = createEntitlementEngine({ ...assumptions, planChanges })(premium, today);
    expect(view({ plans }).seatPrices.map(({ more, less }) => [more, less])).toEqual([
      ['€0.00', '€146.48'],
      ['€0.00', '€90.00'],
    ]);
  });

  it('have no share while the contract is unknown', () => {
    expect(view({ contract: null })).toMatchObject({ until: '', seatPrices: [{ more: '' }, { less: '' }] });
    expect(view({ prices: null }).seatPrices).toEqual([]);
  });
});

describe('form of the prices', () => {
  it('has a row for each purchased plan and each plan with a price, and offers the others', () => {
    const { rows, plansToAdd, currency } = view({ language: german });
    expect(rows.map(({ plan, amount }) => [plan, amount])).toEqual([
      ['sales-essential', '49,505'],
      ['sales-premium', '365'],
      ['service-premium', ''],
      ['marketing-premium', ''],
      ['sales-premium+service-premium+marketing-premium', ''],
      ['', ''],
    ]);
    expect(plansToAdd).toHaveLength(26 - 5);
    expect(currency).toBe('EUR');
  });

  it('has the one plan of CRM Suite, whatever prices of user plans were entered before', () => {
    const suite = view({ plans: entitlementEngine(publishedTenant('suite-core'), today) });
    expect(suite.rows.map(({ plan }) => plan)).toEqual(['core', '']);
    expect(suite.seatPrices).toEqual([]);
    expect(suite.plansToAdd.map(({ key }) => key)).toEqual(['starter', 'growth', 'plus', 'super']);
  });

  it('has only the row to add a plan while the licenses are unknown', () => {
    expect(view({ prices: null, plans: entitlementEngine(null, today) }).rows).toHaveLength(1);
  });
});

describe('costs of all seats', () => {
  it('name the plans that are left out', () => {
    const costs = describeSeatCosts(entitlementEngine(premium, today), prices, english);
    expect(costs).toBe(
      'By your own prices, the purchased seats cost €7,665.00 per year, those in use €7,665.00, the free ones €0.00. ' +
        'Not counted, because their price or their number of seats is not known: ' +
        'Marketing-Premium, Sales-Premium + Service-Premium + Marketing-Premium, Service-Premium.',
    );
  });

  it('are empty without prices or seats', () => {
    expect(describeSeatCosts(entitlementEngine(premium, today), null, english)).toBe('');
    expect(describeSeatCosts(entitlementEngine(null, today), prices, english)).toBe('');
  });
});
