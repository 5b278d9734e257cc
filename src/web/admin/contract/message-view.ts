import type { Amount } from '../../../licensing/billing/amounts.ts';
import { type PlanPrices, shareOfYear, yearlyPrice } from '../../../licensing/billing/plan-prices.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { RequestedSubject } from '../../../tenants/access-request-store.ts';
import type { Contract, Tenant } from '../../../tenants/tenant.ts';
import { type AnyPlan, getPlansOfModel, planLabel } from '../../plan-names.ts';
import { describeMoney } from '../../rendering/amounts.ts';
import type { Language } from '../../rendering/i18n.ts';
import { subjectTitle } from '../access-requests/access-request-groups.ts';
import { describeSeatCount } from '../seats/seat-rows.ts';
import { maxSeats } from '../what-if/what-if-query.ts';
import { findRenewal } from './contract-view.ts';
import {
  isChanged,
  type MessageForm,
  type MessageValidationError,
  maxReasonLength,
  typedSeats,
  validateMessage,
} from './message-form.ts';
import {
  type DescribedSubject,
  describeChange,
  mailAddress,
  type SalesMessage,
  writeSalesMessage,
} from './sales-message.ts';
import { type WantedSeats, wantedSeats, whatIfAddress } from './wanted-seats.ts';

/** The message to SuperOffice, and its form. */
export interface MessageView {
  readonly rows: readonly {
    readonly plan: AnyPlan;
    readonly label: string;
    readonly today: string;
    readonly inUse: string;
    readonly text: string;
    readonly isInvalid: boolean;
  }[];
  readonly plansToAdd: readonly { readonly key: AnyPlan; readonly label: string }[];
  /** The seats of a plan that was not chosen. */
  readonly added: string;
  readonly reason: string;
  readonly maxReasonLength: number;
  readonly asksForRequests: boolean;
  readonly asksForNames: boolean;
  readonly validationError: string;
  readonly error: MessageValidationError | 'not-sent' | '';
  /** Each change with what it costs or saves. */
  readonly changes: readonly string[];
  /** The plans of which more seats are in use than are wanted. */
  readonly overused: readonly string[];
  /** The page that finds who would have to change; empty on CRM Suite, where all users share a plan. */
  readonly whatIfUrl: string;
  /** Null until it is written. */
  readonly message: (SalesMessage & { readonly address: string }) | null;
}

interface Input {
  readonly tenant: Tenant;
  readonly administrator: string;
  readonly plans: TenantEntitlements;
  readonly prices: PlanPrices | null;
  /** What users asked for. */
  readonly requested: readonly RequestedSubject[];
  /** Null before the form is sent. */
  readonly form: MessageForm | null;
  /** Whether the form was kept while its administrator signed in, which writes no message. */
  readonly isDraft: boolean;
  /** The seats that a link asks for. */
  readonly linked: ReadonlyMap<AnyPlan, string>;
  readonly today: string;
  /** The language in the page's URL; may be empty. */
  readonly lang: string;
  readonly language: Language;
}

/** Describes the form, and writes the message if the form is valid. */
export function messageView(input: Input): MessageView {
  const { plans, form, isDraft, linked, language } = input;
  const wanted = wantedSeats(plans, form === null ? linked : typedSeats(form), language);
  const error = form === null ? null : isDraft ? 'not-sent' : validateMessage(form, wanted);
  const changes = error === null && form !== null ? wanted.filter(isChanged) : [];
  const listed = new Set(wanted.map(({ plan }) => plan));
  return {
    rows: wanted.map(({ plan, label, today, inUse, text, isInvalid }) => ({
      plan,
      label,
      today: describeSeatCount(today, language),
      inUse: describeSeatCount(inUse, language),
      text,
      isInvalid,
    })),
    plansToAdd: getPlansOfModel(plans.report(null))
      .filter((key) => !listed.has(key))
      .map((key) => ({ key, label: planLabel(key, language) })),
    added: form?.seats[form.plan.indexOf('')] ?? '',
    reason: form?.reason ?? '',
    maxReasonLength,
    asksForRequests: form === null || form.requests === 'yes',
    asksForNames: form?.names === 'yes',
    validationError: error === null ? '' : describeError(error, form, language),
    error: error ?? '',
    changes: changes.map((change) => describeCost(change, input)),
    overused: changes.flatMap((change) => describeOveruse(change, language)),
    whatIfUrl: plans.report(null).model === 'suite' ? '' : whatIfAddress(wanted, input.lang),
    message: form === null || error !== null ? null : write(changes, form, input),
  };
}

function describeError(
  error: MessageValidationError | 'not-sent',
  form: MessageForm | null,
  { t, number }: Language,
): string {
  return t(`admin.validationError.${error}`, {
    most: number(maxSeats),
    length: number(form?.reason.length ?? 0),
    longest: number(maxReasonLength),
  });
}

function write(
  changes: readonly WantedSeats[],
  form: MessageForm,
  { tenant, administrator, plans, requested, language }: Input,
): SalesMessage & { readonly address: string } {
  const { companyName, tenantId, contract } = tenant;
  const message = writeSalesMessage({
    companyName,
    tenantId,
    administrator,
    changes: changes.map((change) => toDescribed(change, plans, contract, language)),
    reason: form.reason,
    requestedSubjects:
      form.requests === 'yes' ? describeRequested(requested, form.names === 'yes', language) : [],
    language,
  });
  return { ...message, address: mailAddress(message, language.t('admin.message.paste')) };
}

function describeRequested(
  requested: readonly RequestedSubject[],
  withNames: boolean,
  language: Language,
): readonly DescribedSubject[] {
  return requested.map(({ subject, count, requests }) => {
    const named = withNames ? requests.map(({ requestedBy }) => requestedBy).filter(Boolean) : [];
    const more = count - named.length;
    return {
      subject: subjectTitle(subject, language),
      count,
      names:
        named.length > 0 && more > 0
          ? [...named, language.t('admin.message.morePeople', { count: more })]
          : named,
    };
  });
}

function toDescribed(
  { label, today, wanted }: WantedSeats,
  plans: TenantEntitlements,
  contract: Contract | null,
  language: Language,
) {
  const effect =
    contract === null || typeof today !== 'number' || wanted === null
      ? null
      : plans.planChange(contract, wanted > today ? 'add' : 'reduce');
  return {
    plan: label,
    before: describeSeatCount(today, language),
    after: describeSeatCount(wanted, language),
    from: effect?.valid === true ? language.date(effect.effectiveOn) : '',
  };
}

function describeOveruse({ label, inUse, wanted }: WantedSeats, { t, number }: Language): readonly string[] {
  if (inUse === null || wanted === null || inUse <= wanted) return [];
  const values = { plan: label, inUse: number(inUse), wanted: number(wanted), over: number(inUse - wanted) };
  return [t('admin.message.overused', values)];
}

/** A change with what it costs or saves by the prices of the administrators. */
function describeCost(change: WantedSeats, { tenant, plans, prices, today, language }: Input): string {
  const { contract } = tenant;
  const text = describeChange(toDescribed(change, plans, contract, language), language);
  const price = prices?.byPlan.get(change.plan);
  if (prices === null || price === undefined || typeof change.today !== 'number' || change.wanted === null)
    return text;
  const { t } = language;
  const seats = BigInt(change.wanted - change.today);
  const kind = seats > 0n ? 'add' : 'reduce';
  const yearly = yearlyPrice(price) * (seats > 0n ? seats : -seats);
  const money = (amount: Amount) => describeMoney(amount, prices.currency, language);
  const perYear = `${text}. ${t(`admin.message.cost.${kind}`, { amount: money(yearly) })}`;
  const effect = contract && plans.planChange(contract, kind);
  const renewal = findRenewal(contract, today, language);
  if (renewal === null || effect?.valid !== true || effect.rule !== 'at-once') return perYear;
  const share = { amount: money(shareOfYear(yearly, renewal.days)), date: renewal.on };
  return `${perYear} ${t('admin.message.untilRenewal', share)}`;
}
