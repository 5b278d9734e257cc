/** All error codes with their HTTP status. */
export const errorStatus = {
  'request-malformed': 400,
  'panel-url-invalid': 400,
  'sign-in-response-malformed': 400,
  'sign-in-state-unknown': 400,
  'sign-in-state-mismatch': 403,
  'sign-in-denied': 403,
  'sign-in-code-refused': 400,
  'sign-in-refused': 400,
  'sign-in-token-invalid': 401,
  'sign-in-timeout': 401,
  'request-foreign': 403,
  'session-required': 401,
  'session-cookie-blocked': 403,
  'cookies-blocked': 403,
  'tenant-mismatch': 403,
  'user-mismatch': 403,
  'administrator-required': 403,
  'csrf-token-invalid': 403,
  'form-malformed': 400,
  'tenant-not-installed': 404,
  'consent-revoked': 403,
  'feature-unknown': 404,
  'plan-unknown': 404,
  'plan-not-requestable': 409,
  'access-request-resolved': 409,
  'webhook-signature-invalid': 401,
  'state-change-malformed': 400,
  'state-change-token-invalid': 401,
  'api-key-missing': 401,
  'api-key-invalid': 401,
  'api-scope-missing': 403,
  'api-origin-refused': 403,
  'api-request-malformed': 400,
  'api-user-unknown': 404,
  'api-feature-unknown': 404,
  'api-limit': 429,
  'not-found': 404,
  'method-not-allowed': 405,
  'body-too-large': 413,
  'too-many-requests': 429,
  'access-request-limit': 429,
  'export-limit': 429,
  'system-user-token-missing': 409,
  'registration-refused': 502,
  'system-user-refused': 502,
  'tenant-not-running': 503,
  'superoffice-unavailable': 503,
  'too-many-calls': 503,
  'database-unavailable': 503,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/**
 * An error whose code may be shown to the client. `locales/` contains the message for each code; `detail` names what
 * was wrong (a field, a token rule) and never contains a secret.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  /** When to try again, in seconds; undefined if that is unknown. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    options: { detail?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(options.detail === undefined ? code : `${code}: ${options.detail}`, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = errorStatus[code];
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
