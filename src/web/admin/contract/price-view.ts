import type { Amount } from '../../../licensing/billing/amounts.ts';
import {
  type PlanPrices,
  type PricePeriod,
  pricePeriods,
  shareOfYear,
  yearlyPrice,
} from '../../../licensing/billing/plan-prices.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { Contract } from '../../../tenants/tenant.ts';
import { type AnyPlan, getPlansOfModel, planLabel } from '../../plan-names.ts';
import { describeMoney, describePrice, writeAmount } from '../../rendering/amounts.ts';
import type { Language } from '../../rendering/i18n.ts';
import { pricedSeats } from '../seats/seat-costs-view.ts';
import { findRenewal } from './contract-view.ts';
import { type InvalidPrices, identifyPrices, type PriceRow } from './price-form.ts';

/** A row of the form. */
interface PriceFormRow {
  /** Empty in the last row, where a plan is chosen. */
  readonly plan: AnyPlan | '';
  readonly label: string;
  readonly amount: string;
  readonly periods: readonly {
    readonly key: PricePeriod;
    readonly label: string;
    readonly chosen: boolean;
  }[];
  readonly isInvalid: boolean;
}

/** What one seat of a plan costs. */
interface SeatPrice {
  readonly plan: string;
  readonly price: string;
  readonly perYear: string;
  /** What a seat that is added today costs until the renewal; empty if that is unknown. */
  readonly more: string;
  /** What a seat that is cancelled today saves until the renewal; empty if that is unknown. */
  readonly less: string;
}

/** The prices that administrators entered, and what follows from them. */
export interface PricesView {
  /** Names the saved prices, see `identifyPrices`. */
  readonly was: string;
  readonly currency: string;
  readonly rows: readonly PriceFormRow[];
  /** The plans of the last row. */
  readonly plansToAdd: readonly { readonly key: AnyPlan; readonly label: string; readonly chosen: boolean }[];
  readonly validationError: string;
  readonly isCurrencyInvalid: boolean;
  /** The day of the renewal; empty if it is unknown. */
  readonly until: string;
  readonly seatPrices: readonly SeatPrice[];
}

interface Input {
  readonly prices: PlanPrices | null;
  readonly refused: InvalidPrices | null;
  readonly contract: Contract | null;
  readonly plans: TenantEntitlements;
  readonly today: string;
  readonly language: Language;
}

/** Describes prices. The form shows the rejected input if there is one, else the saved prices. */
export function pricesView(input: Input): PricesView {
  const { prices, refused, plans, language } = input;
  const { t } = language;
  const last = refused?.rows.at(-1);
  const rows = refused === null ? savedRows(input) : refused.rows.slice(0, -1);
  const offered = new Set(rows.map(({ plan }) => plan));
  const invalid = refused?.rows.find(({ isInvalid }) => isInvalid);
  const error = refused?.validationError;
  const renewal = findRenewal(input.contract, input.today, language);
  return {
    was: identifyPrices(prices),
    currency: refused?.currency ?? prices?.currency ?? '',
    rows: [...rows, last ?? emptyRow].map((row) => toFormRow(row, language)),
    plansToAdd: getPlansOfModel(plans.report(null))
      .filter((key) => !offered.has(key) || key === last?.plan)
      .map((key) => ({ key, label: planLabel(key, language), chosen: key === last?.plan })),
    validationError:
      error === undefined
        ? ''
        : t(`admin.validationError.${error}`, {
            amount: invalid?.amount ?? '',
            currency: refused?.currency ?? '',
          }),
    isCurrencyInvalid: error?.startsWith('currency') === true,
    until: renewal?.on ?? '',
    seatPrices: describeSeatPrices(input, renewal?.days ?? null),
  };
}

const emptyRow: PriceRow = { plan: '', amount: '', period: 'month', isInvalid: false };

/** The plans that are purchased or have a price. */
function savedRows({ prices, plans, language }: Input): readonly PriceRow[] {
  const purchased = pricedSeats(plans, language).map(({ key }) => key);
  return getPlansOfModel(plans.report(null)).flatMap((plan) => {
    const price = prices?.byPlan.get(plan);
    if (price === undefined) return purchased.includes(plan) ? [{ ...emptyRow, plan }] : [];
    return [{ ...emptyRow, plan, amount: writeAmount(price.amount, language), period: price.period }];
  });
}

function toFormRow({ plan, amount, period, isInvalid }: PriceRow, language: Language): PriceFormRow {
  return {
    plan,
    label: plan === '' ? '' : planLabel(plan, language),
    amount,
    periods: pricePeriods.map((key) => ({
      key,
      label: language.t(`admin.prices.period.${key}`),
      chosen: key === period,
    })),
    isInvalid,
  };
}

function describeSeatPrices(
  { prices, contract, plans, language }: Input,
  daysToRenewal: number | null,
): readonly SeatPrice[] {
  if (prices === null) return [];
  const { currency, byPlan } = prices;
  const money = (amount: Amount) => describeMoney(amount, currency, language);
  const isAtOnce = (change: 'add' | 'reduce') => {
    const effect = contract && plans.planChange(contract, change);
    return effect?.valid === true && effect.rule === 'at-once';
  };
  return getPlansOfModel(plans.report(null)).flatMap((plan) => {
    const price = byPlan.get(plan);
    if (price === undefined) return [];
    const perYear = yearlyPrice(price);
    const untilRenewal = (counts: boolean) =>
      daysToRenewal === null ? '' : money(counts ? shareOfYear(perYear, daysToRenewal) : 0n);
    return [
      {
        plan: planLabel(plan, language),
        price: language.t(`admin.prices.price.${price.period}`, {
          amount: describePrice(price.amount, currency, language),
        }),
        perYear: money(perYear),
        more: untilRenewal(isAtOnce('add')),
        less: untilRenewal(isAtOnce('reduce')),
      },
    ];
  });
}
