import {
  type BillingPeriod,
  billingPeriods,
  getContractState,
  type PlanChange,
} from '../../../licensing/billing/contract.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { Contract } from '../../../tenants/tenant.ts';
import type { Language } from '../../rendering/i18n.ts';
import { earliestStart, type InvalidContract } from './contract-form.ts';

const planChanges: readonly PlanChange[] = ['add', 'reduce'];

/** The contract that administrators entered, and what follows from it. */
export interface ContractView {
  readonly start: string;
  /** `YYYY-MM-DD`: the earliest permitted start. */
  readonly earliest: string;
  /** `YYYY-MM-DD`: the latest permitted start. */
  readonly today: string;
  readonly periods: readonly {
    readonly key: BillingPeriod;
    readonly label: string;
    readonly chosen: boolean;
  }[];
  /** The error of a rejected form; empty otherwise. */
  readonly validationError: string;
  /** When it renews; empty if its start is unknown. */
  readonly renewal: string;
  /** When plan changes made today take effect, which is inferred. */
  readonly changes: readonly string[];
  /** What is known about other plans for users, and about add-ons. */
  readonly others: readonly string[];
}

const dayMs = 24 * 60 * 60_000;

/** When a contract renews: in words, as a day, and in days from today (`YYYY-MM-DD`); null if that is unknown. */
export function findRenewal(
  contract: Contract | null,
  today: string,
  { t, date }: Language,
): { readonly text: string; readonly on: string; readonly days: number } | null {
  const state = contract && getContractState({ ...contract, today });
  if (!state?.valid) return null;
  const days = (Date.parse(state.nextRenewal) - Date.parse(today)) / dayMs;
  const on = date(state.nextRenewal);
  return { days, on, text: t('admin.renewal', { date: on, count: days }) };
}

/** Describes a contract. Its form shows the rejected input if there is one, else the saved contract. */
export function contractView(input: {
  contract: Contract | null;
  refused: InvalidContract | null;
  plans: TenantEntitlements;
  today: string;
  language: Language;
}): ContractView {
  const { contract, refused, plans, today, language } = input;
  const { t, date } = language;
  const form = refused ?? contract;
  const model = plans.report(null).model === 'suite' ? 'suite' : 'user-plans';
  return {
    start: form?.start ?? '',
    earliest: earliestStart,
    today,
    periods: billingPeriods.map((key) => ({
      key,
      label: t(`admin.period.${key}`),
      chosen: key === (form?.period ?? 'yearly'),
    })),
    validationError:
      refused === null
        ? ''
        : t(`admin.validationError.${refused.validationError}`, {
            start: refused.start,
            earliest: date(earliestStart),
          }),
    renewal: findRenewal(contract, today, language)?.text ?? '',
    changes: contract === null ? [] : planChanges.flatMap((change) => describeChange(change, contract)),
    others: [t(`admin.otherPlan.${model}`), t(`admin.addOn.${model}`)],
  };

  function describeChange(change: PlanChange, saved: Contract): readonly string[] {
    const effect = plans.planChange(saved, change);
    if (!effect.valid) return [];
    const { rule, effectiveOn } = effect;
    return [t(`admin.planChange.${change}-${rule}`, { date: date(effectiveOn) })];
  }
}
