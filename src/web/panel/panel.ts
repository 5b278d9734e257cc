import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../errors.ts';
import { cookieProbeUrl, type PanelUrl } from '../links.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import { hasBearer, isSessionExpected } from '../sign-in/session.ts';
import {
  type Attempts,
  countAttempt,
  maySignInSilently,
  readAttempts,
  startCounting,
} from '../sign-in/sign-in-attempts.ts';
import { createSignInError } from '../sign-in/sign-in-error.ts';
import type { PageCache } from './page-cache.ts';
import type { PanelContextLoader } from './panel-context.ts';

/** Serves the web panel to a signed-in user; starts the sign-in of any other. */
export function createPanel(deps: {
  panelContexts: PanelContextLoader;
  beginSignIn: BeginSignIn;
  pages: PageCache;
  now: () => number;
}): RequestHandler {
  const { panelContexts, beginSignIn, pages, now } = deps;

  return async function panel(request, response) {
    const { url, signedIn } = await panelContexts.identify(request);
    if (signedIn === null) return signIn(request, response, url);
    const { html, etag } = pages(await panelContexts.load(request, { url, ...signedIn }), request.query);
    // The browser stores the page but revalidates it, so the session is checked each time and 304 may suffice.
    response
      .set({ 'Cache-Control': 'private, no-cache', 'Content-Type': 'text/html; charset=utf-8', ETag: etag })
      .send(html);
  };

  function signIn(request: Request, response: Response, panelUrl: PanelUrl): void {
    // A page that sends a bearer token fetches by script, which cannot follow redirects to SuperOffice.
    if (hasBearer(request)) throw new AppError('session-required');
    if (isSessionExpected(panelUrl.signedInAt, now())) throw createSignInError(panelUrl, 'cookies-blocked');
    const attempts = readAttempts(request, panelUrl);
    if (attempts === null) probeCookies(response, panelUrl);
    else signInSilently(request, response, panelUrl, attempts);
  }

  function signInSilently(
    request: Request,
    response: Response,
    panelUrl: PanelUrl,
    attempts: Attempts,
  ): void {
    if (!maySignInSilently(attempts, now())) throw createSignInError(panelUrl, 'sign-in-timeout');
    countAttempt(response, panelUrl, attempts, now());
    const { tenantId, associateId, language } = panelUrl;
    beginSignIn(request, response, { kind: 'panel', tenantId, associateId, language });
  }

  /**
   * Detects blocked cookies before the redirect to SuperOffice. Such a browser could store neither the session nor the
   * number of attempts, so a frame whose sign-in never returns would go unnoticed.
   */
  function probeCookies(response: Response, panelUrl: PanelUrl): void {
    startCounting(response, panelUrl);
    if (panelUrl.cookieProbe) throw createSignInError(panelUrl, 'cookies-blocked');
    response.set('Cache-Control', 'no-store').redirect(302, cookieProbeUrl(panelUrl));
  }
}
