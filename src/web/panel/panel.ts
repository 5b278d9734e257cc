import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../errors.ts';
import { cookieDueUrl, type PanelAddress } from '../links.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import { bringsBearer, isSessionDue } from '../sign-in/session.ts';
import {
  type Attempts,
  attemptsOf,
  beginCounting,
  countAttempt,
  maySignInByItself,
} from '../sign-in/sign-in-attempts.ts';
import { signInFailed } from '../sign-in/sign-in-error.ts';
import type { Pages } from './page-cache.ts';
import type { Visits } from './panel-context.ts';

/** The web panel: the page of a signed-in user, or the way to sign in. */
export function createPanel(deps: {
  visits: Visits;
  beginSignIn: BeginSignIn;
  pages: Pages;
  now: () => number;
}): RequestHandler {
  const { visits, beginSignIn, pages, now } = deps;

  return async function panel(request, response) {
    const reader = await visits.reader(request);
    if (reader.session === null) return signIn(request, response, reader.address);
    const { html, etag } = pages(await visits.open(request, reader), request.query);
    // Kept by the browser, never shown without asking us: then who is signed in is looked at, and 304 is enough.
    response
      .set({ 'Cache-Control': 'private, no-cache', 'Content-Type': 'text/html; charset=utf-8', ETag: etag })
      .send(html);
  };

  function signIn(request: Request, response: Response, address: PanelAddress): void {
    // A page that keeps its session itself cannot follow SuperOffice's redirects.
    if (bringsBearer(request)) throw new AppError('session-required');
    if (isSessionDue(address.signedInAt, now())) throw signInFailed(address, 'cookies-refused');
    const attempts = attemptsOf(request, address);
    if (attempts === null) tryCookie(response, address);
    else signInCounted(response, address, attempts);
  }

  function signInCounted(response: Response, address: PanelAddress, attempts: Attempts): void {
    if (!maySignInByItself(attempts, now())) throw signInFailed(address, 'sign-in-unanswered');
    countAttempt(response, address, attempts, now());
    const { ctx, associateId, language } = address;
    beginSignIn(response, { kind: 'panel', ctx, associateId, language });
  }

  /**
   * A browser that keeps no cookies here could not keep the session either, nor that a sign-in is under way: where the
   * frame of one dies, nothing would notice. So it is found out before anything leaves for SuperOffice.
   */
  function tryCookie(response: Response, address: PanelAddress): void {
    beginCounting(response, address);
    if (address.cookieDue) throw signInFailed(address, 'cookies-refused');
    response.set('Cache-Control', 'no-store').redirect(302, cookieDueUrl(address));
  }
}
