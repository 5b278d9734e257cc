import { expect } from 'vitest';
import { SuperOfficeError } from '../../../src/superoffice/transport/superoffice-error.ts';

export const secrets = {
  client: 'client-secret-1f3b',
  ticket: '7T:TICKETabc==',
  access: '8A:Cust12345.ACCESS==',
  system: 'Planlens-SYSTEMTOKEN9',
} as const;

/**
 * Returns the SuperOfficeError that a promise rejects with. Fails the test if it does not reject with one.
 */
export async function expectRejection(promise: Promise<unknown>): Promise<SuperOfficeError> {
  const outcome = await promise.then(
    () => 'fulfilled',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(SuperOfficeError);
  return outcome as SuperOfficeError;
}
