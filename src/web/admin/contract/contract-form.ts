import { z } from 'zod';
import { type BillingPeriod, billingPeriods, getContractState } from '../../../licensing/billing/contract.ts';
import type { Contract } from '../../../tenants/tenant.ts';
import { typedText } from '../../rendering/form-parsing.ts';

/** The form of the contract; an empty start date means that it is unknown. */
export const contractSchema = z.object({
  /** Names the saved contract that the form was made from; one without it replaces any. */
  was: z.string().max(50).optional(),
  start: typedText,
  period: z.enum(billingPeriods),
});

/**
 * The earliest start. A year such as 0002 is one that was not typed to its end, which date fields of browsers accept.
 * Renewals depend on day and month only, so that a contract that is older can be entered with a later year.
 */
export const earliestStart = '1990-01-01';

/** Why a contract is not saved. */
export type ContractValidationError =
  | 'start-not-a-date'
  | 'start-in-future'
  | 'start-too-early'
  | 'contract-changed'
  | 'contract-deleted';

/** Validates the form on a day (`YYYY-MM-DD`); null if it is valid. */
export function validateContract(
  { start, period }: z.infer<typeof contractSchema>,
  today: string,
): ContractValidationError | null {
  if (start === '') return null;
  const contract = getContractState({ start, period, today });
  if (contract.valid) return start < earliestStart ? 'start-too-early' : null;
  return contract.reason === 'before-start' ? 'start-in-future' : 'start-not-a-date';
}

/** The contract of a valid form; null if its start is empty. */
export function toContract({ start, period }: z.infer<typeof contractSchema>): Contract | null {
  return start === '' ? null : { start, period };
}

/** Names a saved contract in a form, so that it is noticed if another administrator saves another meanwhile. */
export function identifyContract(contract: Contract | null): string {
  return contract === null ? '' : `${contract.start}/${contract.period}`;
}

/** Refuses a form if another contract was saved since it was made; null if not, or if it is the saved one. */
export function refuseStaleContract(
  form: z.infer<typeof contractSchema>,
  saved: Contract | null,
): ContractValidationError | null {
  const current = identifyContract(saved);
  if (form.was === undefined || [form.was, identifyContract(toContract(form))].includes(current)) return null;
  return saved === null ? 'contract-deleted' : 'contract-changed';
}

/** A rejected form of the contract, as it was sent. */
export interface InvalidContract {
  readonly start: string;
  readonly period: BillingPeriod;
  readonly validationError: ContractValidationError | 'not-sent';
}
