import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { AppError, type ErrorCode } from '../errors.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../superoffice/transport/superoffice-error.ts';
import { type PanelUser, panelUrl, parsePanelUser, popUpUrl } from './links.ts';
import type { Language, Languages } from './rendering/i18n.ts';
import type { Views } from './rendering/views.ts';
import { readAttempts } from './sign-in/sign-in-attempts.ts';
import { SignInError } from './sign-in/sign-in-error.ts';

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
export function createErrorHandler(deps: { languages: Languages; views: Views }) {
  const notFound: RequestHandler = () => {
    throw new AppError('not-found');
  };

  const handleError: ErrorRequestHandler = (error, request, response, next) => {
    const failure = error instanceof SignInError ? error : null;
    const problem = asAppError(failure?.cause ?? error);
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
    else request.log.info({ code: problem.code, detail: problem.detail }, 'request refused');
    if (response.headersSent) return next(error);
    response.status(problem.status).set('Cache-Control', 'no-store');
    const retryAfter = retryAfterSeconds[problem.code];
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
    try {
      answer(request, response, problem, failure?.purpose ?? null);
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
    signIn: SignInError['purpose'] | null,
  ): void {
    const inPanel = signIn === null ? parsePanelUser(request.query) : null;
    const desired = signIn?.language ?? languageIn(request);
    const language = deps.languages.choose([desired, ...request.acceptsLanguages()]);
    const { code, status, detail } = problem;
    const title = language.t(`problem.${code}.title`);
    const text = language.t(`problem.${code}.text`);
    if (request.accepts(['json', 'html']) === 'html') {
      const page = { title, text, code, detail, requestId: request.id };
      const html =
        signIn?.kind === 'panel' && canSignIn(problem)
          ? deps.views('sign-in', language, { ...page, ...waysToSignIn(request, signIn) })
          : deps.views('problem', language, {
              ...page,
              typed: typedIn(request),
              wayOn: wayOn(request, code, inPanel, language),
            });
      response.send(html);
      return;
    }
    const body = { type: `urn:planlens:problem:${code}`, title, status, code, detail, instance: request.id };
    response.type('application/problem+json').send(JSON.stringify({ ...body, text }));
  }

  return { notFound, handleError };
}

function languageIn({ query }: Request): string | undefined {
  return typeof query.lang === 'string' ? query.lang : undefined;
}

/** What somebody typed into a form of ours that was refused: it is shown again, so that nothing is lost. */
function typedIn({ body }: Request): string {
  const { reason, answer }: { reason?: unknown; answer?: unknown } = body ?? {};
  return [reason, answer].find((each): each is string => typeof each === 'string') ?? '';
}

/** Whether signing in another way may help: not where SuperOffice or we are away, or nobody approved the app. */
function canSignIn({ status, code }: AppError): boolean {
  return status < 500 && code !== 'tenant-not-installed';
}

function waysToSignIn(request: Request, panelUser: PanelUser) {
  return {
    popUpUrl: popUpUrl(panelUser),
    ownWindowUrl: panelUrl(panelUser),
    tries: readAttempts(request, panelUser)?.count ?? 0,
  };
}

/** Where a page that failed leads on to: the panel it belongs to, or the administrators' page; null where nowhere. */
function wayOn(
  { path }: Request,
  code: ErrorCode,
  reader: PanelUser | null,
  { t }: Language,
): { href: string; text: string } | null {
  if (code === 'tenant-not-installed') return null;
  if (path.startsWith('/admin/')) return { href: '/admin', text: t('problem.toAdmin') };
  if (reader === null) return null;
  const isPanel = path === '/panel';
  return { href: panelUrl(reader), text: t(isPanel ? 'problem.tryAgain' : 'problem.toPanel') };
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
