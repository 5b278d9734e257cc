import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { AppError, type ErrorCode } from '../errors.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../superoffice/superoffice-error.ts';
import type { Languages } from './languages.ts';
import { type PanelReader, panelReaderIn, panelUrl, popUpUrl } from './panel/panel-address.ts';
import { attemptsOf } from './sign-in/attempts.ts';
import { SignInFailure } from './sign-in/sign-in-failure.ts';
import type { Views } from './views.ts';

/** What a failure of SuperOffice means to whoever asked us. */
const codeOfSuperOfficeError: Partial<Record<SuperOfficeErrorCode, ErrorCode>> = {
  'code-refused': 'sign-in-code-refused',
  'client-refused': 'registration-refused',
  'api-host-refused': 'registration-refused',
  'tenant-unknown': 'tenant-not-running',
  'tenant-not-running': 'tenant-not-running',
  'system-user-refused': 'system-user-refused',
  'system-user-jwt-invalid': 'system-user-refused',
};

/** When asking again is worth it, in seconds: a database that restarts is back by then. */
const retryAfterSeconds: Partial<Record<ErrorCode, number>> = { 'database-unavailable': 10 };

/**
 * Answers every failure: a page for browsers, problem JSON (RFC 9457) for programs; the words come from the error's
 * code, never from the error. Unforeseen ones are logged and answered as `internal`.
 */
export function createProblems(deps: { languages: Languages; views: Views }) {
  const notFound: RequestHandler = () => {
    throw new AppError('not-found');
  };

  const answerProblem: ErrorRequestHandler = (error, request, response, next) => {
    const failure = error instanceof SignInFailure ? error : null;
    const problem = asAppError(failure?.cause ?? error);
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
    else request.log.info({ code: problem.code, detail: problem.detail }, 'request refused');
    if (response.headersSent) return next(error);
    response.status(problem.status).set('Cache-Control', 'no-store');
    const retryAfter = retryAfterSeconds[problem.code];
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
    try {
      answer(request, response, problem, failure?.reader ?? null);
    } catch (cause) {
      // Express's own last resort would show the stack.
      request.log.error({ err: cause }, 'problem page failed');
      response.type('text').send(problem.code);
    }
  };

  function answer(
    request: Request,
    response: Response,
    problem: AppError,
    signingIn: PanelReader | null,
  ): void {
    const reader = signingIn ?? panelReaderIn(request.query);
    const language = deps.languages.choose([languageOf(request, reader), ...request.acceptsLanguages()]);
    const { code, status, detail } = problem;
    const title = language.t(`problem.${code}.title`);
    const text = language.t(`problem.${code}.text`);
    if (request.accepts(['json', 'html']) === 'html') {
      const page = { title, text, code, detail, requestId: request.id };
      const offered = signingIn !== null && canSignIn(problem) ? signingIn : null;
      const html = offered
        ? deps.views('sign-in', language, { ...page, ...waysToSignIn(request, offered) })
        : deps.views('problem', language, { ...page, ...wayOn(code, reader) });
      response.send(html);
      return;
    }
    const body = { type: `urn:planlens:problem:${code}`, title, status, code, detail, instance: request.id };
    response.type('application/problem+json').send(JSON.stringify({ ...body, text }));
  }

  return { notFound, answerProblem };
}

function languageOf(request: Request, reader: PanelReader | null): string | undefined {
  const { lang } = request.query;
  return typeof lang === 'string' ? lang : reader?.language;
}

/** Whether signing in another way may help: not where SuperOffice or we are away, or nobody approved the app. */
function canSignIn({ status, code }: AppError): boolean {
  return status < 500 && code !== 'tenant-not-installed';
}

function waysToSignIn(request: Request, reader: PanelReader) {
  return {
    popUpUrl: popUpUrl(reader),
    ownWindowUrl: panelUrl(reader),
    tries: attemptsOf(request, reader)?.count ?? 0,
  };
}

/** Where a page that failed leads on to: the panel it belongs to, or the way to sign in as an administrator. */
function wayOn(code: ErrorCode, reader: PanelReader | null) {
  return {
    panelUrl: reader === null ? null : panelUrl(reader),
    installLink: reader === null && code === 'session-required',
  };
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof SuperOfficeError) {
    const code = codeOfSuperOfficeError[error.code] ?? 'superoffice-unavailable';
    return new AppError(code, { detail: error.code, cause: error });
  }
  return fromExpress(error) ?? new AppError('internal', { cause: error });
}

/** Express and its body parser put a 4xx `status` on what a client sent wrong. */
function fromExpress(error: unknown): AppError | null {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new AppError('body-too-large');
  if (typeof status === 'number' && status >= 400 && status < 500) return new AppError('request-malformed');
  return null;
}
