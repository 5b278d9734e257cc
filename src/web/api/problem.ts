import type { ErrorRequestHandler, Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import type { AuditRefusal } from '../middleware/audit-refusals.ts';
import type { Languages } from '../rendering/i18n.ts';
import { findRetryAfter, toAppError } from '../to-app-error.ts';

/**
 * Logs and audits the error of a request to the license API, and sets status and headers of its response.
 * @returns what the body tells the client
 */
export type PrepareProblem = (error: unknown, request: Request, response: Response) => AppError;

export function createPrepareProblem({ auditRefusal }: { auditRefusal: AuditRefusal }): PrepareProblem {
  return (error, request, response) => {
    const problem = toApiProblem(toAppError(error));
    const { code, detail, status } = problem;
    if (status >= 500) request.log.error({ err: error, code }, 'request failed');
    else request.log.info({ code, detail }, 'request refused');
    auditRefusal(request, problem);
    if (response.headersSent) return problem;
    response.status(status).set('Cache-Control', 'no-store');
    const retryAfter = findRetryAfter(problem);
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
    if (status === 401) response.set('WWW-Authenticate', challenge(code));
    // A client that still sends a body would keep the connection until the end of it.
    if (!request.complete) response.set('Connection', 'close');
    return problem;
  };
}

/** A malformed call has other words than a page that cannot be opened. */
function toApiProblem(problem: AppError): AppError {
  const { code, detail, cause } = problem;
  if (code !== 'request-malformed') return problem;
  return new AppError('api-request-malformed', { ...(detail !== undefined && { detail }), cause });
}

/** RFC 6750, section 3: a request without a credential gets no error. */
function challenge(code: AppError['code']): string {
  const realm = 'Bearer realm="Planlens"';
  return code === 'api-key-missing' ? realm : `${realm}, error="invalid_token"`;
}

/** Responds to every error of `/api/v1` with problem JSON (RFC 9457), in a language that the client accepts. */
export function createProblemHandler(deps: {
  prepareProblem: PrepareProblem;
  languages: Languages;
}): ErrorRequestHandler {
  return function answerProblem(error, request, response, next) {
    const problem = deps.prepareProblem(error, request, response);
    if (response.headersSent) return next(error);
    const { code, status, detail } = problem;
    const { t } = deps.languages.choose(request.acceptsLanguages());
    const type = `urn:planlens:problem:${code}`;
    const [title, text] = [t(`problem.${code}.title`), t(`problem.${code}.text`)];
    const body = { type, title, status, code, detail, text, instance: request.id };
    response.type('application/problem+json').send(JSON.stringify(body));
  };
}
