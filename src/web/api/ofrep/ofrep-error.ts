import type { ErrorRequestHandler, Request } from 'express';
import { AppError } from '../../../errors.ts';
import type { Languages } from '../../rendering/i18n.ts';
import type { PrepareProblem } from '../problem.ts';

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
export function createOfrepErrorHandler(deps: {
  prepareProblem: PrepareProblem;
  languages: Languages;
}): ErrorRequestHandler {
  return function handleOfrepError(error, request, response, next) {
    const problem = deps.prepareProblem(toProblem(error), request, response);
    if (response.headersSent) return next(error);
    const { status, code, details } =
      error instanceof OfrepError
        ? { ...error, details: error.message }
        : describe(problem, request, deps.languages);
    const { key } = request.params;
    const body = { ...(key !== undefined && { key }), errorCode: code, errorDetails: details };
    response.status(status).type('json').send(JSON.stringify(body));
  };
}

/** The error as the log and the audit log name it. */
function toProblem(error: unknown): unknown {
  return error instanceof OfrepError ? new AppError('request-malformed', { detail: error.message }) : error;
}

interface Failure {
  readonly status: number;
  readonly code: OfrepErrorCode;
  readonly details: string;
}

function describe({ code, status, detail }: AppError, request: Request, languages: Languages): Failure {
  // Clients understand 500 and no other failure of a server.
  if (status >= 500)
    return { status: 500, code: 'GENERAL', details: `Planlens failed to answer request ${request.id}.` };
  if (code === 'body-too-large')
    return { status: 400, code: 'PARSE_ERROR', details: 'The body is too large for a context.' };
  if (code === 'api-request-malformed')
    return { status: 400, code: 'PARSE_ERROR', details: 'The request cannot be read.' };
  const { t } = languages.choose(request.acceptsLanguages());
  const text = t(`problem.${code}.text`);
  return { status, code: 'GENERAL', details: detail === undefined ? text : `${text} (detail: ${detail})` };
}
