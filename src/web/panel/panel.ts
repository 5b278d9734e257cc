import type { Request, RequestHandler, Response } from 'express';
import { loadingPageUrl } from '../links.ts';
import { sendCompressed } from '../rendering/compression.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { PageCache } from './page-cache.ts';
import type { PanelContextLoader } from './panel-context.ts';
import type { PanelSignIn } from './panel-sign-in.ts';

/** The browser stores the page but revalidates it, so the session is checked each time and 304 may suffice. */
export const pageHeaders = {
  'Cache-Control': 'private, no-cache',
  'Content-Type': 'text/html; charset=utf-8',
} as const;

/** After this time a frame shows a page of ours while SuperOffice is still being read, ms. */
const patienceMs = 300;

/** Serves the web panel to a signed-in user; starts the sign-in of any other. */
export function createPanel(deps: {
  panelContexts: PanelContextLoader;
  signIn: PanelSignIn;
  pages: PageCache;
  languages: Languages;
  views: Views;
}): RequestHandler {
  const { panelContexts, signIn, pages, languages, views } = deps;

  return async function panel(request, response) {
    const { url, signedIn } = await panelContexts.identify(request);
    if (signedIn === null) return signIn(request, response, url);
    const loading = panelContexts.load(request, { url, ...signedIn });
    const mayShowLoading = request.headers['sec-fetch-dest'] === 'iframe' && !url.isLoadingShown;
    if (mayShowLoading && (await isSlow(loading))) return showLoading(request, response, url.language);
    const { body, mayCompress, etag } = pages.get(await loading, request.query);
    response.set({ ...pageHeaders, ETag: etag });
    if (mayCompress) await sendCompressed(request, response, body);
    else response.send(body.plain);
  };

  /** The page asks for the panel again, which waits for the same read, and remains until that responds. */
  function showLoading(request: Request, response: Response, language: string): void {
    response
      .set({ 'Cache-Control': 'no-store', Refresh: `0; url=${loadingPageUrl(request.originalUrl)}` })
      .send(views('loading', languages.choose([language, ...request.acceptsLanguages()]), {}));
  }
}

/** Whether the promise is still pending after `patienceMs`. Rejects if it rejects before. */
function isSlow(loading: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, patienceMs, true);
    loading.then(() => resolve(false), reject).finally(() => clearTimeout(timer));
  });
}
