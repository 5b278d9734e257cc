import { expect } from 'vitest';
import { SuperOfficeError } from '../../../src/superoffice/transport/superoffice-error.ts';

export const secrets = {
  client: 'client-secret-1f3b',
  ticket: '7T:TICKETabc==',
  access: '8A:Cust12345.ACCESS==',
  system: 'Planlens-SYSTEMTOKEN9',
} as const;

/** The SuperOfficeError a promise rejects with; fails the test if it does not. */
export async function refusal(promise: Promise<unknown>): Promise<SuperOfficeError> {
  const outcome = await promise.then(
    () => 'it was fulfilled',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(SuperOfficeError);
  return outcome as SuperOfficeError;
}
