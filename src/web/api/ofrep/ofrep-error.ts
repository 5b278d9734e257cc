import type { ErrorRequestHandler, Request, Response } from 'express';
import { AppError } from '../../../errors.ts';
import type { Languages } from '../../rendering/i18n.ts';

/** The error codes of the protocol that Planlens sends. */
type OfrepErrorCode =
  | 'PARSE_ERROR'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'FLAG_NOT_FOUND'
  | 'GENERAL';

/** A request that cannot be evaluated. The message is for the developer of the caller and names what to do. */
export class OfrepError extends Error {
  readonly status: 400 | 404;
  readonly code: OfrepErrorCode;

  constructor(code: Exclude<OfrepErrorCode, 'GENERAL'>, details: string) {
    super(details);
    this.name = 'OfrepError';
    this.status = code === 'FLAG_NOT_FOUND' ? 404 : 400;
    this.code = code;
  }
}

/**
 * Responds to errors in the form of the protocol, also with the statuses for which it defines none. Clients ignore a
 * failure without `errorCode`, and for a single flag one without `key`.
 */
export function createOfrepErrorHandler({ languages }: { languages: Languages }): ErrorRequestHandler {
  return function handleOfrepError(error, request, response, next) {
    const { status, code, details, retryAfterSeconds } = describe(error, request, languages);
    if (status >= 500) request.log.error({ err: error }, 'evaluation failed');
    else request.log.info({ code: error instanceof AppError ? error.code : code }, 'evaluation refused');
    if (response.headersSent) return next(error);
    if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
    // A client that still sends a body would keep the connection until the end of it.
    if (!request.complete) response.set('Connection', 'close');
    sendFailure(request, response, status, { errorCode: code, errorDetails: details });
  };
}

function sendFailure(request: Request, response: Response, status: number, failure: object): void {
  const { key } = request.params;
  const body = JSON.stringify(key === undefined ? failure : { key, ...failure });
  response.status(status).set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/json' }).end(body);
}

interface Failure {
  readonly status: number;
  readonly code: OfrepErrorCode;
  readonly details: string;
  readonly retryAfterSeconds?: number | undefined;
}

function describe(error: unknown, request: Request, languages: Languages): Failure {
  if (error instanceof OfrepError) return { status: error.status, code: error.code, details: error.message };
  if (!(error instanceof AppError) || error.status >= 500) {
    // Clients understand 500 and no other failure of a server.
    return { status: 500, code: 'GENERAL', details: `Planlens failed to evaluate request ${request.id}.` };
  }
  if (error.code === 'body-too-large')
    return { status: 400, code: 'PARSE_ERROR', details: 'The body is too large for a context.' };
  if (error.code === 'request-malformed')
    return { status: 400, code: 'PARSE_ERROR', details: 'The request cannot be read.' };
  const { t } = languages.choose(request.acceptsLanguages());
  const { status, code, retryAfterSeconds } = error;
  return { status, code: 'GENERAL', details: t(`problem.${code}.text`), retryAfterSeconds };
}
