import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../errors.ts';
import { cookieProbeUrl, type PanelUrl } from '../links.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import { bringsBearer, isSessionExpected } from '../sign-in/session.ts';
import {
  type Attempts,
  countAttempt,
  maySignInSilently,
  readAttempts,
  startCounting,
} from '../sign-in/sign-in-attempts.ts';
import { createSignInError } from '../sign-in/sign-in-error.ts';
import type { PageCache } from './page-cache.ts';
import type { PanelContexts } from './panel-context.ts';

/** The web panel: the page of a signed-in user, or the way to sign in. */
export function createPanel(deps: {
  panelContexts: PanelContexts;
  beginSignIn: BeginSignIn;
  pages: PageCache;
  now: () => number;
}): RequestHandler {
  const { panelContexts, beginSignIn, pages, now } = deps;

  return async function panel(request, response) {
    const panelRequest = await panelContexts.identify(request);
    if (panelRequest.session === null) return signIn(request, response, panelRequest.url);
    const { html, etag } = pages(await panelContexts.load(request, panelRequest), request.query);
    // Kept by the browser, never shown without asking us: then who is signed in is looked at, and 304 is enough.
    response
      .set({ 'Cache-Control': 'private, no-cache', 'Content-Type': 'text/html; charset=utf-8', ETag: etag })
      .send(html);
  };

  function signIn(request: Request, response: Response, panelUrl: PanelUrl): void {
    // A page that keeps its session itself cannot follow SuperOffice's redirects.
    if (bringsBearer(request)) throw new AppError('session-required');
    if (isSessionExpected(panelUrl.signedInAt, now())) throw createSignInError(panelUrl, 'cookies-blocked');
    const attempts = readAttempts(request, panelUrl);
    if (attempts === null) tryCookie(response, panelUrl);
    else signInCounted(response, panelUrl, attempts);
  }

  function signInCounted(response: Response, panelUrl: PanelUrl, attempts: Attempts): void {
    if (!maySignInSilently(attempts, now())) throw createSignInError(panelUrl, 'sign-in-timeout');
    countAttempt(response, panelUrl, attempts, now());
    const { tenantId, associateId, language } = panelUrl;
    beginSignIn(response, { kind: 'panel', tenantId, associateId, language });
  }

  /**
   * A browser that keeps no cookies here could not keep the session either, nor that a sign-in is under way: where the
   * frame of one dies, nothing would notice. So it is found out before anything leaves for SuperOffice.
   */
  function tryCookie(response: Response, panelUrl: PanelUrl): void {
    startCounting(response, panelUrl);
    if (panelUrl.cookieProbe) throw createSignInError(panelUrl, 'cookies-blocked');
    response.set('Cache-Control', 'no-store').redirect(302, cookieProbeUrl(panelUrl));
  }
}
