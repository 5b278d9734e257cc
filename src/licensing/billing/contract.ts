import {
  addMonths,
  type CalendarDay,
  dayBefore,
  formatDay,
  maxYear,
  parseDay,
  wholeMonthsBetween,
} from './calendar-days.ts';

/**
 * The billing periods a customer chooses from, shortest first
 * (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract).
 */
export const billingPeriods = ['monthly', 'quarterly', 'half-yearly', 'yearly'] as const;

/** How often a customer is billed. */
export type BillingPeriod = (typeof billingPeriods)[number];

const periodMonths: Readonly<Record<BillingPeriod, number>> = {
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

/** A contract and the day for which its state is requested. Dates are `YYYY-MM-DD` without a time zone. */
export interface ContractInput {
  readonly start: string;
  readonly period: BillingPeriod;
  readonly today: string;
}

/** A range of days, both ends included. Dates are `YYYY-MM-DD`. */
interface DaySpan {
  readonly firstDay: string;
  readonly lastDay: string;
}

/** Why a contract has no result. `beyond-calendar`: the next renewal is after the year 9999. */
type ContractError = 'start-not-a-date' | 'today-not-a-date' | 'before-start' | 'beyond-calendar';

/** The state of a contract on one day. */
export interface ContractState {
  readonly valid: true;
  /** 0 in the first term of 12 months, n in the n-th renewal. */
  readonly renewal: number;
  readonly term: DaySpan;
  /** The first day of the next term, always after today. */
  readonly nextRenewal: string;
  /** The current billing period; after the first term it is the term. */
  readonly billing: DaySpan;
  /** The first day of the next billing period. It is inferred that invoices are sent on this day. */
  readonly nextInvoice: string;
}

/** When a plan change takes effect, or why there is no result. */
export type PlanChangeResult = PlanChangeEffect | InvalidContract;

type InvalidContract = { readonly valid: false; readonly reason: ContractError };

/**
 * Returns the state of a contract today: a first term of 12 months, then renewals of one billing period each
 * (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract). If a month is too
 * short for the contract's start day, its last day is used.
 *
 * @example
 * getContractState({ start: '2026-01-31', period: 'quarterly', today: '2026-05-01' })
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
 * getContractState({ start: '2026-02-30', period: 'monthly', today: '2026-05-01' })
 * // → { valid: false, reason: 'start-not-a-date' }
 */
export function getContractState({ start, period, today }: ContractInput): ContractState | InvalidContract {
  const from = parseDay(start);
  if (from === null) return { valid: false, reason: 'start-not-a-date' };
  const now = parseDay(today);
  if (now === null) return { valid: false, reason: 'today-not-a-date' };
  if (today < start) return { valid: false, reason: 'before-start' };

  const elapsed = wholeMonthsBetween(from, now);
  const length = periodMonths[period];
  const billed = elapsed - (elapsed % length);
  const renewal = elapsed < firstTerm ? 0 : (billed - firstTerm) / length + 1;
  const [termFrom, termTo] = renewal === 0 ? [0, firstTerm] : [billed, billed + length];
  if (addMonths(from, termTo).year > maxYear) return { valid: false, reason: 'beyond-calendar' };
  return {
    valid: true,
    renewal,
    term: span(from, termFrom, termTo),
    nextRenewal: formatDay(addMonths(from, termTo)),
    billing: span(from, billed, billed + length),
    nextInvoice: formatDay(addMonths(from, billed + length)),
  };
}

/** A change of user plans: purchasing more or higher ones, or canceling some. */
export type PlanChange = 'add' | 'reduce';

/** When a plan change takes effect. */
export type PlanChangeRule = 'at-once' | 'at-renewal';

/** When each kind of plan change takes effect. */
export type PlanChangeRules = Readonly<Record<PlanChange, PlanChangeRule>>;

/** When a plan change takes effect, and the confidence of each part of the result. */
interface PlanChangeEffect {
  readonly valid: true;
  readonly rule: PlanChangeRule;
  /** `YYYY-MM-DD`. */
  readonly effectiveOn: string;
  /** The confidence that the change is possible. */
  readonly possible: 'documented';
  /** The confidence of `effectiveOn`. */
  readonly timing: 'inferred';
}

/**
 * Returns when a plan change made today takes effect. It is documented that plans can be added and changed later
 * (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract), and that totals can be below the seats in use, so
 * reductions are possible (docs/superoffice/user-plans.md#11-administration). The days are inferred: purchased licenses
 * are available once activated, canceled licenses are paid for until the term ends.
 *
 * @example
 * getPlanChangeEffect({ start: '2026-01-31', period: 'monthly', today: '2027-02-01' }, 'reduce', assumptions.planChanges)
 * // → {
 * //   valid: true,
 * //   rule: 'at-renewal',
 * //   effectiveOn: '2027-02-28',
 * //   possible: 'documented',
 * //   timing: 'inferred',
 * // }
 */
export function getPlanChangeEffect(
  input: ContractInput,
  change: PlanChange,
  rules: PlanChangeRules,
): PlanChangeResult {
  const contract = getContractState(input);
  if (!contract.valid) return contract;
  const rule = rules[change];
  const effectiveOn = rule === 'at-once' ? input.today : contract.nextRenewal;
  return { valid: true, rule, effectiveOn, possible: 'documented', timing: 'inferred' };
}

function span(from: CalendarDay, firstMonth: number, endMonth: number): DaySpan {
  return {
    firstDay: formatDay(addMonths(from, firstMonth)),
    lastDay: formatDay(dayBefore(addMonths(from, endMonth))),
  };
}
