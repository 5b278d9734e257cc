/** Why a call to SuperOffice failed. Callers branch on this code, never on the message. */
export type SuperOfficeErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'wrong-subdomain'
  | 'throttled'
  | 'circuit-open'
  | 'too-many-calls'
  | 'server-error'
  | 'unexpected-response'
  | 'tenant-unknown'
  | 'tenant-not-running'
  | 'api-host-refused'
  | 'system-user-refused'
  | 'system-user-jwt-invalid'
  | 'code-refused'
  | 'sign-in-refused'
  | 'client-refused';

/**
 * Facts about a failed call that are safe to log. `detail` is a name or a code, never free text from
 * SuperOffice; `description` is SuperOffice's own words without anything we sent.
 */
export interface SuperOfficeErrorFacts {
  readonly description?: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  readonly detail?: string;
}

/**
 * A failed call to SuperOffice. It contains only the code, the operation name and safe facts. It has no
 * cause, request or headers, so the whole error can be logged without exposing a secret.
 */
export class SuperOfficeError extends Error {
  override readonly name = 'SuperOfficeError';
  readonly code: SuperOfficeErrorCode;
  readonly operation: string;
  declare readonly status?: number;
  declare readonly retryAfterSeconds?: number;
  declare readonly detail?: string;
  declare readonly description?: string;

  constructor(code: SuperOfficeErrorCode, operation: string, facts: SuperOfficeErrorFacts = {}) {
    super(facts.detail === undefined ? `${operation}: ${code}` : `${operation}: ${code} (${facts.detail})`);
    this.code = code;
    this.operation = operation;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.retryAfterSeconds !== undefined) this.retryAfterSeconds = facts.retryAfterSeconds;
    if (facts.detail !== undefined) this.detail = facts.detail;
    if (facts.description !== undefined) this.description = facts.description;
  }
}

/** Runs `work`. @returns the code of the SuperOfficeError that it throws; null on success. @throws any other error */
export async function findFailure(work: () => Promise<void>): Promise<SuperOfficeErrorCode | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof SuperOfficeError) return error.code;
    throw error;
  }
}

/** True if SuperOffice responded that this app lacks permission (401 or 403). An outage is not a refusal. */
export function isRefusal(error: unknown): error is SuperOfficeError {
  return error instanceof SuperOfficeError && ['unauthorized', 'forbidden'].includes(error.code);
}

const callRefusals: readonly SuperOfficeErrorCode[] = [
  'unauthorized',
  'forbidden',
  'not-found',
  'server-error',
  'unexpected-response',
];

/** True if SuperOffice responded, but did not perform the call in this form. Another form may work. */
export function isCallRefused(error: unknown): error is SuperOfficeError {
  return error instanceof SuperOfficeError && callRefusals.includes(error.code);
}
