import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../errors.ts';
import type { SignInPurpose } from '../../tenants/sign-in-store.ts';
import { askedPageUrl, cookieProbeUrl, type PanelUrl, panelUrl, signInLinks } from '../links.ts';
import type { HiddenFramePolicies } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import { type BeginSignIn, panelPurpose, type StartSignIn } from '../sign-in/begin-sign-in.ts';
import { hasBearer, isSessionExpected } from '../sign-in/session.ts';
import {
  type Attempts,
  countAttempt,
  maySignInSilently,
  needsPopUp,
  readAttempts,
  startCounting,
} from '../sign-in/sign-in-attempts.ts';
import { createSignInError } from '../sign-in/sign-in-error.ts';
import type { PanelContextLoader } from './panel-context.ts';

/** Starts the sign-in of a panel page's user, which leads back to that page. */
export type PanelSignIn = (request: Request, response: Response, url: PanelUrl) => void;

/** The state that carries a page through the sign-in must fit into an address. */
const maxPageLength = 400;

/** @param deps.now the current time, ms since 1970 */
export function createPanelSignIn(deps: {
  beginSignIn: BeginSignIn;
  startSignIn: StartSignIn;
  hiddenFramePolicies: HiddenFramePolicies;
  languages: Languages;
  views: Views;
  now: () => number;
}): PanelSignIn {
  const { beginSignIn, startSignIn, hiddenFramePolicies, languages, views, now } = deps;

  return function signIn(request, response, url) {
    // Scripts cannot follow redirects to SuperOffice.
    if (hasBearer(request) || request.headers['sec-fetch-dest'] === 'empty')
      throw new AppError('session-required');
    const user = { ...url, ...returnTo(request, url) };
    if (isSessionExpected(url.signedInAt, now())) throw createSignInError(user, 'cookies-blocked');
    const attempts = readAttempts(request, url);
    if (attempts === null) probeCookies(response, user);
    else signInSilently(request, response, user, attempts);
  };

  type User = PanelUrl & ReturnType<typeof returnTo>;

  function signInSilently(request: Request, response: Response, user: User, attempts: Attempts): void {
    const isPopUpOnly = needsPopUp(attempts);
    if (!isPopUpOnly) {
      if (!maySignInSilently(attempts, now())) throw createSignInError(user, 'sign-in-timeout');
      countAttempt(response, user, attempts, now());
    }
    const purpose = panelPurpose(user);
    const destination = request.headers['sec-fetch-dest'];
    // In a window of its own, any sign-in page works.
    if (isPopUpOnly && !['iframe', 'document'].includes(destination ?? ''))
      throw createSignInError(user, 'sign-in-timeout');
    if (destination === 'iframe') showProgress(request, response, purpose, isPopUpOnly);
    else beginSignIn(request, response, purpose);
  }

  /**
   * Shows a page of ours until SuperOffice responds, instead of an empty frame. Its script signs in by a hidden frame where
   * the browser lets that frame use SuperOffice's cookies, because the page then remains if an identity provider refuses
   * to be framed. Elsewhere the panel's own frame goes to SuperOffice, as it does without script, unless only a pop-up could
   * sign the user in before.
   */
  function showProgress(
    request: Request,
    response: Response,
    purpose: Extract<SignInPurpose, { kind: 'panel' }>,
    isPopUpOnly: boolean,
  ): void {
    const page = {
      isPopUpOnly,
      url: startSignIn(response, purpose),
      hiddenFrameUrl: startSignIn(response, { ...purpose, inHiddenFrame: true }),
      ...signInLinks(purpose),
    };
    const language = languages.choose([purpose.language, ...request.acceptsLanguages()]);
    hiddenFramePolicies.outer(request, response, () =>
      response.set('Cache-Control', 'no-store').send(views('signing-in', language, page)),
    );
  }

  /**
   * Detects blocked cookies before the redirect to SuperOffice. Such a browser could store neither the session nor the
   * number of attempts, so a frame whose sign-in never returns would go unnoticed.
   */
  function probeCookies(response: Response, user: User): void {
    startCounting(response, user);
    if (user.cookieProbe) throw createSignInError(user, 'cookies-blocked');
    response.set('Cache-Control', 'no-store').redirect(302, cookieProbeUrl(askedPageUrl(user)));
  }
}

/** Lets only the user that the URL names pass to a page of the panel; others are sent to sign in first. */
export function createSignInFirst(deps: {
  panelContexts: PanelContextLoader;
  signIn: PanelSignIn;
}): RequestHandler {
  return async function signInFirst(request, response, next) {
    const { url, signedIn } = await deps.panelContexts.identify(request);
    if (signedIn === null) deps.signIn(request, response, url);
    else next();
  };
}

/** The page of a request, without what only described how it was reached; nothing for the panel itself. */
function returnTo({ path, query }: Request, url: PanelUrl): { returnTo?: string } {
  // A name may have several values, like the plans of a comparison.
  const texts = Object.entries(query).flatMap(([name, values]) =>
    [values]
      .flat()
      .flatMap((value): [string, string][] => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const params = new URLSearchParams(texts);
  for (const name of ['signedIn', 'cookie', 'loading', 'refreshed', 'again']) params.delete(name);
  const page = `${path}?${params}`;
  return page === panelUrl(url) || page.length > maxPageLength ? {} : { returnTo: page };
}
