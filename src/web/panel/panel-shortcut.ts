import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { asExpressRequest } from '../middleware/express-request.ts';
import type { Encoding } from '../rendering/compression.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Session, Sessions } from '../sign-in/session.ts';
import type { PageCache } from './page-cache.ts';
import { pageHeaders } from './panel.ts';
import type { PanelContextLoader } from './panel-context.ts';

/** A kept page as a request wants it. */
interface View {
  readonly session: Session;
  readonly etag: string;
  readonly encoding: Encoding | null;
  /** Null if the browser has the page. */
  readonly bytes: Buffer | null;
}

/** Finds the panel that a request asks for, if everything that the answer rests on is in memory; null if the app must answer. */
export type FindView = (request: IncomingMessage) => View | null;

/** The panel as the CRM opens it (`manifest/web-panels.json`). */
const openedByCrm = /^\/panel\?uctx=(Cust\d{1,10})&usid=(\d{1,10})&lang=([\w-]{1,20})$/;

/** Makes the search, which checks the session, the tenant, its licenses and requests as `/panel` does. */
export function createFindView(deps: {
  sessions: Pick<Sessions, 'peek'>;
  panelContexts: Pick<PanelContextLoader, 'peek'>;
  pages: Pick<PageCache, 'peek'>;
  languages: Pick<Languages, 'find'>;
}): FindView {
  const { sessions, panelContexts, pages, languages } = deps;

  function findPage(request: IncomingMessage, [, tenantId, associateId, tag = '']: readonly string[]) {
    const language = languages.find(tag);
    const session = sessions.peek(request);
    const isOwn = session?.tenantId === tenantId && session?.associateId === Number(associateId);
    if (language === undefined || session === null || !isOwn) return null;
    const basis = panelContexts.peek(session, language);
    const page = basis && pages.peek(basis);
    return page && { session, etag: page.etag, body: page.body };
  }

  return (request) => {
    const asked = request.method === 'GET' ? openedByCrm.exec(request.url ?? '') : null;
    const encoding = choosePlainly(request.headers['accept-encoding']);
    const page = asked && encoding !== undefined ? findPage(request, asked) : null;
    if (page === null || encoding === undefined) return null;
    const { session, etag, body } = page;
    const bytes = isConditional(request) ? chooseUnmodified(request, etag) : body.peek(encoding);
    return bytes === undefined ? null : { session, etag, encoding, bytes };
  };
}

function isConditional({ headers }: IncomingMessage): boolean {
  return headers['if-none-match'] !== undefined;
}

/** No bytes (null) for the tag that we sent; undefined for any other, which the app compares. */
function chooseUnmodified({ headers }: IncomingMessage, etag: string): null | undefined {
  const isKnown = headers['if-none-match'] === etag && !headers['cache-control']?.includes('no-cache');
  return isKnown ? null : undefined;
}

/** The encoding that a header without weights asks for, null for none; undefined if the header must be weighed. */
function choosePlainly(accepted: string | string[] | undefined): Encoding | null | undefined {
  if (accepted === undefined) return null;
  if (typeof accepted !== 'string' || !/^[\w, ]*$/.test(accepted)) return undefined;
  const names = accepted.split(/, */);
  return (['br', 'gzip'] as const).find((each) => names.includes(each)) ?? null;
}

/**
 * Answers views of the panel before the app, whose steps take longer than the answer itself. They pass the same limits, are logged and
 * counted, and have the same headers. Whatever is unusual or not in memory is left to the app.
 * @param deps.steps the first steps of the app, and the limit of unanswered requests
 * @param deps.headers the security headers of the panel, as a flat list of names and values
 */
export function createPanelShortcut(deps: {
  app: RequestListener;
  findView: FindView;
  steps: RequestHandler;
  headers: readonly string[];
}): RequestListener {
  const { app, findView, steps } = deps;
  const { 'Content-Type': type, ...ofBoth } = pageHeaders;
  const notModified = [...deps.headers, ...Object.entries(ofBoth).flat(), 'Vary', 'Accept-Encoding'];
  const headers = [...notModified, 'Content-Type', type];

  function send(response: ServerResponse, { etag, encoding, bytes }: View): void {
    if (bytes === null) {
      response.writeHead(304, [...notModified, 'ETag', etag]).end();
      return;
    }
    const own = ['ETag', etag, 'Content-Length', String(bytes.length)];
    const encoded = encoding === null ? [] : ['Content-Encoding', encoding];
    response.writeHead(200, [...headers, ...own, ...encoded]).end(bytes);
  }

  return function answerPanel(request, response) {
    const view = findView(request);
    if (view === null) return app(request, response);
    const { tenantId, associateId } = view.session;
    const asked = asExpressRequest(request, '/panel');
    // A limit refuses the request, which the app tells the client.
    const leaveToApp = () => app(request, response);
    try {
      steps(asked, response as Response, (error?: unknown) => {
        if (error !== undefined) return leaveToApp();
        asked.log.setBindings({ tenantId, associateId });
        // After the other requests that have arrived: a waiting proxy is woken once for all of them.
        setImmediate(() => send(response, view));
      });
    } catch {
      leaveToApp();
    }
  };
}
