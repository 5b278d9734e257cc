import {
  type CalendarDay,
  dayBefore,
  lastYear,
  monthsAfter,
  readDay,
  wholeMonthsBetween,
  writeDay,
} from './calendar-days.ts';

/**
 * The billing periods a customer chooses from, shortest first
 * (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract).
 */
export const billingPeriods = ['monthly', 'quarterly', 'half-yearly', 'yearly'] as const;

/** How often a customer is billed. */
export type BillingPeriod = (typeof billingPeriods)[number];

const monthsOf: Readonly<Record<BillingPeriod, number>> = {
  monthly: 1,
  quarterly: 3,
  'half-yearly': 6,
  yearly: 12,
};

/**
 * The first term in months (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract); every billing
 * period divides it.
 */
const firstTerm = 12;

/** A contract, and the day to look at it. Dates are `YYYY-MM-DD` without a time zone. */
export interface ContractQuestion {
  readonly start: string;
  readonly period: BillingPeriod;
  readonly today: string;
}

/** Days in a row, both ends included; dates are `YYYY-MM-DD`. */
interface DaySpan {
  readonly firstDay: string;
  readonly lastDay: string;
}

/** Why nothing is said of a contract; `beyond-calendar`: the next renewal comes after the year 9999. */
type ContractRefusal = 'start-not-a-date' | 'today-not-a-date' | 'before-start' | 'beyond-calendar';

/** Where a contract stands on one day. */
export interface ContractState {
  readonly valid: true;
  /** 0 in the first term of 12 months, n in the n-th renewal. */
  readonly renewal: number;
  readonly term: DaySpan;
  /** The first day of the next term, always after today. */
  readonly nextRenewal: string;
  /** The billing period today is in; after the first term it is the term. */
  readonly billing: DaySpan;
  /** The first day of the next billing period. That invoices are sent on it is inferred. */
  readonly nextInvoice: string;
}

/** When a plan change counts, or why nothing is said. */
export type PlanChangeAnswer = PlanChangeEffect | Refused;

type Refused = { readonly valid: false; readonly reason: ContractRefusal };

/**
 * Where a contract stands today: a first term of 12 months, then renewals of one billing period each
 * (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract). A month without the day the contract
 * started on counts from its last day.
 *
 * @example
 * contractOn({ start: '2026-01-31', period: 'quarterly', today: '2026-05-01' })
 * // → {
 * //   valid: true,
 * //   renewal: 0,
 * //   term: { firstDay: '2026-01-31', lastDay: '2027-01-30' },
 * //   nextRenewal: '2027-01-31',
 * //   billing: { firstDay: '2026-04-30', lastDay: '2026-07-30' },
 * //   nextInvoice: '2026-07-31',
 * // }
 *
 * @example
 * contractOn({ start: '2026-02-30', period: 'monthly', today: '2026-05-01' })
 * // → { valid: false, reason: 'start-not-a-date' }
 */
export function contractOn({ start, period, today }: ContractQuestion): ContractState | Refused {
  const from = readDay(start);
  if (from === null) return { valid: false, reason: 'start-not-a-date' };
  const now = readDay(today);
  if (now === null) return { valid: false, reason: 'today-not-a-date' };
  if (today < start) return { valid: false, reason: 'before-start' };

  const elapsed = wholeMonthsBetween(from, now);
  const length = monthsOf[period];
  const billed = elapsed - (elapsed % length);
  const renewal = elapsed < firstTerm ? 0 : (billed - firstTerm) / length + 1;
  const [termFrom, termTo] = renewal === 0 ? [0, firstTerm] : [billed, billed + length];
  if (monthsAfter(from, termTo).year > lastYear) return { valid: false, reason: 'beyond-calendar' };
  return {
    valid: true,
    renewal,
    term: span(from, termFrom, termTo),
    nextRenewal: writeDay(monthsAfter(from, termTo)),
    billing: span(from, billed, billed + length),
    nextInvoice: writeDay(monthsAfter(from, billed + length)),
  };
}

/** What a customer does with user plans: buys more or higher ones, or gives some up. */
export type PlanChange = 'add' | 'reduce';

/** When a plan change may count. */
export type PlanChangeRule = 'at-once' | 'at-renewal';

/** When each kind of plan change counts. */
export type PlanChangeRules = Readonly<Record<PlanChange, PlanChangeRule>>;

/** When a plan change counts, and how sure each half of the answer is. */
interface PlanChangeEffect {
  readonly valid: true;
  readonly rule: PlanChangeRule;
  /** `YYYY-MM-DD`. */
  readonly effectiveOn: string;
  /** Whether the change can be made at all. */
  readonly possible: 'documented';
  /** Whether this is the day it counts from. */
  readonly timing: 'inferred';
}

/**
 * When a plan change made today counts. That plans may be added and changed later is documented
 * (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract), and an administrator sees totals below the
 * seats in use, so they may shrink (docs/superoffice/user-plans.md#11-administration). The days are inferred:
 * bought licenses are there once activated, given-up ones are paid for until the term ends.
 *
 * @example
 * planChangeOn({ start: '2026-01-31', period: 'monthly', today: '2027-02-01' }, 'reduce', assumptions.planChanges)
 * // → {
 * //   valid: true,
 * //   rule: 'at-renewal',
 * //   effectiveOn: '2027-02-28',
 * //   possible: 'documented',
 * //   timing: 'inferred',
 * // }
 */
export function planChangeOn(
  question: ContractQuestion,
  change: PlanChange,
  rules: PlanChangeRules,
): PlanChangeAnswer {
  const contract = contractOn(question);
  if (!contract.valid) return contract;
  const rule = rules[change];
  const effectiveOn = rule === 'at-once' ? question.today : contract.nextRenewal;
  return { valid: true, rule, effectiveOn, possible: 'documented', timing: 'inferred' };
}

function span(from: CalendarDay, firstMonth: number, endMonth: number): DaySpan {
  return {
    firstDay: writeDay(monthsAfter(from, firstMonth)),
    lastDay: writeDay(dayBefore(monthsAfter(from, endMonth))),
  };
}
