import type { RequestHandler } from 'express';
import { sendCompressed } from '../rendering/compression.ts';
import type { PageCache } from './page-cache.ts';
import type { PanelContextLoader } from './panel-context.ts';
import type { PanelSignIn } from './panel-sign-in.ts';

/** Serves the web panel to a signed-in user; starts the sign-in of any other. */
export function createPanel(deps: {
  panelContexts: PanelContextLoader;
  signIn: PanelSignIn;
  pages: PageCache;
}): RequestHandler {
  const { panelContexts, signIn, pages } = deps;

  return async function panel(request, response) {
    const { url, signedIn } = await panelContexts.identify(request);
    if (signedIn === null) return signIn(request, response, url);
    const context = await panelContexts.load(request, { url, ...signedIn });
    const { html, compressed, etag } = pages(context, request.query);
    // The browser stores the page but revalidates it, so the session is checked each time and 304 may suffice.
    response.set({
      'Cache-Control': 'private, no-cache',
      'Content-Type': 'text/html; charset=utf-8',
      ETag: etag,
    });
    if (compressed === null) response.send(html);
    else await sendCompressed(request, response, compressed);
  };
}
