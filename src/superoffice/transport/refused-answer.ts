import { z } from 'zod';
import type { HttpResponse } from './http.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from './superoffice-error.ts';

const CODE_OF_STATUS: Readonly<Record<number, SuperOfficeErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  421: 'wrong-subdomain',
  429: 'throttled',
};

const NamedError = z.object({ ErrorType: z.string().regex(/^[A-Za-z]{1,60}$/) });

/**
 * The error for an answer outside 2xx (docs/superoffice/web-api.md#3-errors); `detail` is SuperOffice's
 * ErrorType when it has one.
 */
export function toResponseError(
  operation: string,
  { status, headers, body }: HttpResponse,
): SuperOfficeError {
  const named = NamedError.safeParse(body);
  const retryAfter = headers['retry-after'] ?? '';
  return new SuperOfficeError(
    CODE_OF_STATUS[status] ?? (status >= 500 ? 'server-error' : 'unexpected-response'),
    operation,
    {
      status,
      ...(named.success ? { detail: named.data.ErrorType } : {}),
      ...(/^\d{1,6}$/.test(retryAfter) ? { retryAfterSeconds: Number(retryAfter) } : {}),
    },
  );
}
