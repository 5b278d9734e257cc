import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { AppError, type ErrorCode } from '../errors.ts';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import { type AdministratorPath, isAdministratorPath, viewQuery } from './administrator-pages.ts';
import { type PanelUser, panelUrl, parsePanelUser, requestedLanguage, signInLinks } from './links.ts';
import type { AuditRefusal } from './middleware/audit-refusals.ts';
import { isFromOwnPage } from './middleware/own-origin.ts';
import { readPanelReferer } from './panel-referer.ts';
import type { Language, Languages } from './rendering/i18n.ts';
import type { Views } from './rendering/views.ts';
import { waitText } from './rendering/wait-text.ts';
import type { FormDrafts } from './sign-in/form-draft.ts';
import { readAttempts } from './sign-in/sign-in-attempts.ts';
import { SignInError } from './sign-in/sign-in-error.ts';
import { findRetryAfter, toAppError } from './to-app-error.ts';

/** The last handlers of the app. */
export interface ErrorHandler {
  /** For a path that no route serves. */
  readonly notFound: RequestHandler;
  readonly handleError: ErrorRequestHandler;
}

/**
 * Responds to every error, with a page for browsers and problem JSON (RFC 9457) for programs. The text comes from the
 * error's code, never from its message. Unexpected errors are logged and reported as `internal`.
 */
export function createErrorHandler(deps: {
  languages: Languages;
  views: Views;
  auditRefusal: AuditRefusal;
  drafts: Pick<FormDrafts, 'keep'>;
  publicUrl: string;
}): ErrorHandler {
  const notFound: RequestHandler = () => {
    throw new AppError('not-found');
  };

  const handleError: ErrorRequestHandler = (error, request, response, next) => {
    const failure = error instanceof SignInError ? error : null;
    const problem = toAppError(failure?.cause ?? error);
    const description = findDescription(problem);
    // It may be a wrong configuration, which only the operator can correct.
    if (description !== undefined)
      request.log.warn({ code: problem.code, description }, 'SuperOffice refused the sign-in');
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
    else request.log.info({ code: problem.code, detail: problem.detail }, 'request refused');
    deps.auditRefusal(request, problem);
    if (response.headersSent) return next(error);
    // A client that still sends a body would keep the connection until the end of it.
    if (mayStillSendMuch(request)) response.set('Connection', 'close');
    response.status(problem.status).set('Cache-Control', 'no-store');
    const retryAfter = findRetryAfter(problem);
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
    try {
      sendProblem(request, response, problem, failure?.purpose ?? null);
    } catch (cause) {
      // Express's default error handler would show the stack.
      request.log.error({ err: cause }, 'rendering the error page failed');
      response.type('text').send(problem.code);
    }
  };

  function sendProblem(
    request: Request,
    response: Response,
    problem: AppError,
    signIn: SignInError['purpose'] | null,
  ): void {
    const inPanel = signIn === null ? parsePanelUser(request.query) : null;
    const place = readPanelReferer(request, deps.publicUrl);
    const requested = signIn?.language ?? parseLanguage(request);
    const language = deps.languages.choose([requested, ...request.acceptsLanguages()]);
    const { code, status, detail } = problem;
    const title = language.t(`problem.${code}.title`);
    const text = language.t(`problem.${code}.text`);
    if (request.accepts(['json', 'html']) === 'html') {
      const retryText = describePause(problem, language);
      const page = { title, text, code, detail, retryText, requestId: request.id };
      const html =
        signIn?.kind === 'panel' && canSignIn(problem)
          ? deps.views('sign-in', language, {
              ...page,
              ...signInLinks(signIn),
              tries: countTries(request, signIn),
            })
          : deps.views('problem', language, {
              ...page,
              ...keepTyped(request, response, code, language),
              nextLink: findNextLink(
                request,
                code,
                { signIn, panelUser: inPanel && { ...inPanel, place } },
                language,
              ),
              inCrm: request.path.startsWith('/panel') || signIn?.kind === 'panel',
            });
      response.send(html);
      return;
    }
    const body = { type: `urn:planlens:problem:${code}`, title, status, code, detail, instance: request.id };
    response.type('application/problem+json').send(JSON.stringify({ ...body, text }));
  }

  /**
   * Keeps what an administrator typed into a form that only a new sign-in lets through, for its page; of any other form,
   * shows the text. A foreign site must not be able to make our pages show its words.
   */
  function keepTyped(
    request: Request,
    response: Response,
    code: ErrorCode,
    { t }: Language,
  ): { readonly kept: string; readonly typed: string } {
    if (!isFromOwnPage(request, deps.publicUrl)) return { kept: '', typed: '' };
    const typed = findTypedText(request);
    const page = signInCodes.includes(code) ? findFormPage(request) : null;
    if (page === null) return { kept: '', typed };
    const isKept = deps.drafts.keep(request, response, page);
    return isKept ? { kept: t('problem.kept'), typed: '' } : { kept: t('problem.notKept'), typed };
  }

  return { notFound, handleError };
}

/** Refusals of a form by its session. */
const signInCodes: readonly ErrorCode[] = ['session-required', 'csrf-token-invalid'];

/** The page of an administrators' form that has fields; null for any other request. */
function findFormPage({ method, path }: Request): AdministratorPath | null {
  return method === 'POST' && path.startsWith('/admin/') && isAdministratorPath(path) ? path : null;
}

/** Node.js reads the rest of a small body; a new connection for each refused request would cost more. */
const maxBodyRest = 16 * 1024;

function mayStillSendMuch({ complete, headers }: Request): boolean {
  const length = Number(headers['content-length'] ?? 0);
  return !complete && (length > maxBodyRest || headers['transfer-encoding'] !== undefined);
}

/** When SuperOffice is asked again, if it is not asked before; empty if that is not known. */
function describePause({ code, retryAfterSeconds }: AppError, { t }: Language): string {
  if (code !== 'superoffice-unavailable' || retryAfterSeconds === undefined) return '';
  return t('problem.again', { time: waitText(retryAfterSeconds) });
}

function parseLanguage({ query }: Request): string | undefined {
  return typeof query.lang === 'string' ? query.lang : undefined;
}

/** The fields of our forms with a text that nobody wants to type again. */
const textFields = ['reason', 'comment', 'note', 'text'] as const;

/** The text that a user typed into a rejected form: the page shows it, so that it can be copied. */
function findTypedText({ body }: Request): string {
  const fields: Partial<Record<(typeof textFields)[number], unknown>> = body ?? {};
  const texts = textFields.map((name) => fields[name]);
  return texts.find((each): each is string => typeof each === 'string') ?? '';
}

/** Whether another sign-in may help: not if SuperOffice or this app is unavailable, or without consent to the app. */
function canSignIn({ status, code }: AppError): boolean {
  return status < 500 && code !== 'tenant-not-installed';
}

/** How often the panel tried to sign the user in without a click. */
function countTries(request: Request, user: PanelUser): number {
  return readAttempts(request, user)?.count ?? 0;
}

/** The link of a problem page: to the page of its installation, panel or administration; null if none would help. */
function findNextLink(
  { path, query }: Request,
  code: ErrorCode,
  {
    signIn: begun,
    panelUser,
  }: {
    readonly signIn: SignInError['purpose'] | null;
    readonly panelUser: (PanelUser & { readonly place: string | null }) | null;
  },
  { t }: Language,
): { href: string; text: string } | null {
  if (begun?.kind === 'install') return { href: `/?lang=${begun.language}`, text: t('problem.tryAgain') };
  if (code === 'tenant-not-installed' || code === 'consent-revoked') return null;
  const signIn = code === 'session-required' ? t('problem.signInAgain') : null;
  const page = findAdministratorPage(path);
  if (page !== null) {
    const isRemoval = page === '/uninstall';
    const retry = t(isRemoval ? 'problem.tryAgain' : 'problem.toAdmin');
    return { href: withViewQuery(page, query), text: signIn ?? retry };
  }
  if (panelUser === null) return null;
  if (code === 'session-required')
    return { href: panelUser.place ?? panelUrl(panelUser), text: t('problem.signInAgain') };
  const isPanel = path === '/panel';
  return {
    href: panelUrl(panelUser),
    text: signIn ?? t(isPanel ? 'problem.tryAgain' : 'problem.toPanel'),
  };
}

/** The page that a form of an administrator belongs to; null for any other path. */
function findAdministratorPage(path: string): string | null {
  if (path === '/uninstall' || path === '/setup/export') return '/uninstall';
  if (path === '/sign-out') return '/admin';
  if (!path.startsWith('/admin/')) return null;
  return isAdministratorPath(path) ? path : '/admin';
}

/** A page with the language and the rest of a query that it was asked for with. */
function withViewQuery(page: string, query: Request['query']): string {
  const lang = requestedLanguage({ query });
  const kept = [lang && `lang=${lang}`, viewQuery(query)].filter((part) => part !== '');
  return kept.length === 0 ? page : `${page}?${kept.join('&')}`;
}

/** SuperOffice's own words about a failure. */
function findDescription({ cause }: AppError): string | undefined {
  return cause instanceof SuperOfficeError ? cause.description : undefined;
}
