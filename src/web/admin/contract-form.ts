import { z } from 'zod';
import { type BillingPeriod, billingPeriods, getContractState } from '../../licensing/billing/contract.ts';
import { typedText } from '../rendering/form-parsing.ts';

/** When a contract began and how it is billed, as its form sends it; an empty start says that nobody knows. */
export const contractSchema = z.object({
  start: typedText,
  period: z.enum(billingPeriods),
});

/** What can be wrong with a start somebody typed. */
export type ContractValidationError = 'start-not-a-date' | 'start-in-future';

/** What is wrong with what was told of a contract; null where nothing is. */
export function validateContract(
  { start, period }: z.infer<typeof contractSchema>,
  today: string,
): ContractValidationError | null {
  if (start === '') return null;
  const contract = getContractState({ start, period, today });
  if (contract.valid) return null;
  return contract.reason === 'before-start' ? 'start-in-future' : 'start-not-a-date';
}

/** What was told of a contract and was not right, as it was sent. */
export interface InvalidContract {
  readonly form: 'contract';
  readonly start: string;
  readonly period: BillingPeriod;
  readonly validationError: ContractValidationError;
}
