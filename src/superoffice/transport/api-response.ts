import { z } from 'zod';
import type { HttpResponse } from './http.ts';
import { toResponseError } from './refused-answer.ts';
import { SuperOfficeError } from './superoffice-error.ts';

/**
 * An agent that fails may still answer 200, with this in place of the result
 * (docs/superoffice/web-api.md#3-errors).
 */
const FailureMessage = z.union([
  z.strictObject({ Message: z.string() }),
  z.object({ Message: z.string(), MessageDetail: z.string().nullable() }),
]);

/** The body of a web API answer that succeeded; throws a SuperOfficeError for one that did not, whatever its status. */
export function unwrapResponse(
  call: { readonly operation: string; readonly path: string; readonly mayBeNull?: boolean },
  answer: HttpResponse,
): unknown {
  const { status, body } = answer;
  if (status < 200 || status > 299) throw toResponseError(call.operation, answer);
  if (FailureMessage.safeParse(body).success) throw unexpected(call.operation, status, 'Message');
  const nullFails = status === 200 && call.path.startsWith('Agents/') && call.mayBeNull !== true;
  if (body === null && nullFails) throw unexpected(call.operation, status, 'null');
  return body;
}

function unexpected(operation: string, status: number, detail: string): SuperOfficeError {
  return new SuperOfficeError('unexpected-response', operation, { status, detail });
}
