import { AppError, type ErrorCode } from '../errors.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../superoffice/transport/superoffice-error.ts';

/** Our error codes for failures of SuperOffice; any other is `superoffice-unavailable`. */
const codeBySuperOfficeError: Partial<Record<SuperOfficeErrorCode, ErrorCode>> = {
  'code-refused': 'sign-in-code-refused',
  'sign-in-refused': 'sign-in-refused',
  'client-refused': 'registration-refused',
  'api-host-refused': 'registration-refused',
  'too-many-calls': 'too-many-calls',
  'tenant-unknown': 'tenant-not-running',
  'tenant-not-running': 'tenant-not-running',
  'system-user-refused': 'system-user-refused',
  'system-user-jwt-invalid': 'system-user-refused',
};

/** Value of `Retry-After`, in seconds: long enough for a database to restart, or for waiting calls to end. */
const usualPauses: Partial<Record<ErrorCode, number>> = {
  'database-unavailable': 10,
  'too-many-calls': 10,
};

/** The error that a client receives: the error itself, one for a failure of SuperOffice or a parser, or `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof SuperOfficeError) {
    const code = codeBySuperOfficeError[error.code] ?? 'superoffice-unavailable';
    const { retryAfterSeconds } = error;
    const pause = code === 'superoffice-unavailable' && retryAfterSeconds ? { retryAfterSeconds } : {};
    return new AppError(code, { detail: error.code, cause: error, ...pause });
  }
  return fromExpress(error) ?? new AppError('internal', { cause: error });
}

/** The value of `Retry-After`, in seconds; undefined if it is unknown when to try again. */
export function findRetryAfter(problem: AppError): number | undefined {
  return problem.retryAfterSeconds ?? usualPauses[problem.code];
}

/** Express and its body parsers set a 4xx `status` on errors that the client caused. */
function fromExpress(error: unknown): AppError | null {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new AppError('body-too-large');
  if (typeof status === 'number' && status >= 400 && status < 500) return new AppError('request-malformed');
  return null;
}
