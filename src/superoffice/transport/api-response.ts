import { z } from 'zod';
import type { HttpResponse } from './http.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from './superoffice-error.ts';

const codeByStatus: Readonly<Record<number, SuperOfficeErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  421: 'wrong-subdomain',
  429: 'throttled',
};

const namedErrorSchema = z.object({ ErrorType: z.string().regex(/^[A-Za-z]{1,60}$/) });

/** A failed agent may respond with status 200 and this body (docs/superoffice/web-api.md#3-errors). */
const failureMessageSchema = z.union([
  z.strictObject({ Message: z.string() }),
  z.object({ Message: z.string(), MessageDetail: z.string().nullable() }),
]);

/**
 * The body of a successful web API response.
 * @throws SuperOfficeError if the call failed, whatever the status of the response
 */
export function unwrapResponse(
  call: { readonly operation: string; readonly path: string; readonly mayBeNull?: boolean },
  response: HttpResponse,
): unknown {
  const { status, body } = response;
  if (status < 200 || status > 299) throw toResponseError(call.operation, response);
  if (failureMessageSchema.safeParse(body).success) throw unexpected(call.operation, status, 'Message');
  const nullFails = status === 200 && call.path.startsWith('Agents/') && call.mayBeNull !== true;
  if (body === null && nullFails) throw unexpected(call.operation, status, 'null');
  return body;
}

/**
 * The error for a response outside 2xx (docs/superoffice/web-api.md#3-errors). `detail` is SuperOffice's
 * ErrorType, if the body has one.
 */
export function toResponseError(
  operation: string,
  { status, headers, body }: HttpResponse,
): SuperOfficeError {
  const named = namedErrorSchema.safeParse(body);
  const retryAfter = headers['retry-after'] ?? '';
  return new SuperOfficeError(
    codeByStatus[status] ?? (status >= 500 ? 'server-error' : 'unexpected-response'),
    operation,
    {
      status,
      ...(named.success ? { detail: named.data.ErrorType } : {}),
      ...(/^\d{1,6}$/.test(retryAfter) ? { retryAfterSeconds: Number(retryAfter) } : {}),
    },
  );
}

function unexpected(operation: string, status: number, detail: string): SuperOfficeError {
  return new SuperOfficeError('unexpected-response', operation, { status, detail });
}
