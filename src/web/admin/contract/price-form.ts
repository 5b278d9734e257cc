import { z } from 'zod';
import {
  type PlanPrice,
  type PlanPrices,
  type PricePeriod,
  pricePeriods,
} from '../../../licensing/billing/plan-prices.ts';
import type { AnyPlan } from '../../plan-names.ts';
import { readAmount } from '../../rendering/amounts.ts';
import { typedText } from '../../rendering/form-parsing.ts';
import type { Language } from '../../rendering/i18n.ts';
import { rowPlan, rowsOf } from './plan-rows.ts';

/** The form of the prices: one row for each plan, of which the last may have no plan yet. */
export const pricesSchema = z
  .object({
    form: z.literal('prices'),
    /** Names the saved prices that the form was made from; one without it replaces any. */
    was: z.string().max(5_000).optional(),
    currency: typedText,
    plan: rowsOf(rowPlan),
    amount: rowsOf(typedText),
    period: rowsOf(z.enum(pricePeriods)),
  })
  .refine(({ plan, amount, period }) => plan.length === amount.length && plan.length === period.length, {
    path: ['plan'],
  });

/** Why prices are invalid. */
export type PriceValidationError =
  | 'currency-missing'
  | 'currency-invalid'
  | 'currency-unknown'
  | 'amount-invalid'
  | 'price-plan-missing'
  | 'price-twice'
  | 'prices-changed';

/** A row as it was sent. */
export interface PriceRow {
  readonly plan: AnyPlan | '';
  readonly amount: string;
  readonly period: PricePeriod;
  readonly isInvalid: boolean;
}

/** Rejected prices, as they were sent. */
export interface InvalidPrices {
  readonly currency: string;
  readonly rows: readonly PriceRow[];
  readonly validationError: PriceValidationError | 'not-sent';
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** The rows of the form. */
export function priceRows({ plan, amount, period }: z.infer<typeof pricesSchema>): readonly PriceRow[] {
  return plan.map((each, index) => ({
    plan: each,
    amount: amount[index] ?? '',
    period: period[index] ?? 'month',
    isInvalid: false,
  }));
}

/** Reads the prices, null for none; or why they are invalid. A row without an amount has no price. */
export function readPrices(
  form: z.infer<typeof pricesSchema>,
  language: Language,
): { readonly prices: PlanPrices | null } | { readonly refused: InvalidPrices } {
  const rows = priceRows(form);
  const currency = form.currency.toUpperCase();
  const refuse = (validationError: PriceValidationError, isInvalid: (row: PriceRow) => boolean) => ({
    refused: {
      currency: form.currency,
      rows: rows.map((row) => ({ ...row, isInvalid: isInvalid(row) })),
      validationError,
    },
  });
  const byPlan = new Map<AnyPlan, PlanPrice>();
  for (const row of rows) {
    if (row.amount === '') continue;
    const is = (other: PriceRow) => other === row;
    if (row.plan === '') return refuse('price-plan-missing', is);
    if (byPlan.has(row.plan)) return refuse('price-twice', is);
    const amount = readAmount(row.amount, language);
    if (amount === null) return refuse('amount-invalid', is);
    byPlan.set(row.plan, { amount, period: row.period });
  }
  if (byPlan.size === 0) return { prices: null };
  if (currency === '') return refuse('currency-missing', () => false);
  if (!/^[A-Z]{3}$/.test(currency)) return refuse('currency-invalid', () => false);
  if (!currencies.has(currency)) return refuse('currency-unknown', () => false);
  return { prices: { currency, byPlan } };
}

/** Names saved prices in a form, so that it is noticed if another administrator saves others meanwhile. */
export function identifyPrices(prices: PlanPrices | null): string {
  if (prices === null) return '';
  const rows = [...prices.byPlan].map(([plan, { amount, period }]) => `${plan}=${amount}/${period}`);
  return [prices.currency, ...rows.toSorted()].join(';');
}

/** Refuses prices if others were saved since their form was made; null if not, or if they are the saved ones. */
export function refuseStalePrices(
  form: z.infer<typeof pricesSchema>,
  prices: PlanPrices | null,
  saved: PlanPrices | null,
): InvalidPrices | null {
  const current = identifyPrices(saved);
  if (form.was === undefined || [form.was, identifyPrices(prices)].includes(current)) return null;
  return { currency: form.currency, rows: priceRows(form), validationError: 'prices-changed' };
}
