/** What can go wrong between us and SuperOffice; callers branch on this, never on a sentence. */
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
  | 'client-refused';

/** What may be told about a failed call. `detail` is a name or a code, never text SuperOffice wrote. */
export interface SuperOfficeErrorFacts {
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  readonly detail?: string;
}

/**
 * A call to SuperOffice that did not give what was asked for. Holds the code, the operation's name and
 * safe facts only: no cause, no request, no header, so that logging the whole error leaks nothing.
 */
export class SuperOfficeError extends Error {
  override readonly name = 'SuperOfficeError';
  readonly code: SuperOfficeErrorCode;
  readonly operation: string;
  declare readonly status?: number;
  declare readonly retryAfterSeconds?: number;
  declare readonly detail?: string;

  constructor(code: SuperOfficeErrorCode, operation: string, facts: SuperOfficeErrorFacts = {}) {
    super(facts.detail === undefined ? `${operation}: ${code}` : `${operation}: ${code} (${facts.detail})`);
    this.code = code;
    this.operation = operation;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.retryAfterSeconds !== undefined) this.retryAfterSeconds = facts.retryAfterSeconds;
    if (facts.detail !== undefined) this.detail = facts.detail;
  }
}

/** Whether SuperOffice answered, and refused: this app may not do that there. An outage is no refusal. */
export function isRefusal(error: unknown): error is SuperOfficeError {
  return error instanceof SuperOfficeError && ['unauthorized', 'forbidden'].includes(error.code);
}
