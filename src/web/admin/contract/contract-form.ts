import { z } from 'zod';
import { type BillingPeriod, billingPeriods, getContractState } from '../../../licensing/billing/contract.ts';
import { typedText } from '../../rendering/form-parsing.ts';

/** The form of the contract; an empty start date means that it is unknown. */
export const contractSchema = z.object({
  start: typedText,
  period: z.enum(billingPeriods),
});

/**
 * The earliest start. A year such as 0002 is one that was not typed to its end, which date fields of browsers accept.
 * Renewals depend on day and month only, so that a contract that is older can be entered with a later year.
 */
export const earliestStart = '1990-01-01';

/** Why a start date is invalid. */
export type ContractValidationError = 'start-not-a-date' | 'start-in-future' | 'start-too-early';

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

/** A rejected form of the contract, as it was sent. */
export interface InvalidContract {
  readonly start: string;
  readonly period: BillingPeriod;
  readonly validationError: ContractValidationError | 'not-sent';
}
