import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../errors.ts';
import {
  askedPageUrl,
  cookieProbeUrl,
  type PanelUrl,
  panelUrl,
  signInLinks,
  signInPlaces,
  startSignInUrl,
} from '../links.ts';
import { isFramed } from '../middleware/fetch-metadata.ts';
import type { HiddenFramePolicies } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import { type BeginSignIn, panelPurpose } from '../sign-in/begin-sign-in.ts';
import { hasBearer, isSessionExpected } from '../sign-in/session.ts';
import {
  type Attempts,
  countAttempt,
  maySignInSilently,
  readAttempts,
  type SignInWay,
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
  hiddenFramePolicies: HiddenFramePolicies;
  languages: Languages;
  views: Views;
  now: () => number;
}): PanelSignIn {
  const { beginSignIn, hiddenFramePolicies, languages, views, now } = deps;

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
    const { way } = attempts;
    const place = readSignInPlace(request);
    // A window of its own can show any sign-in page. A request that names no destination may come from a frame.
    const isHopeless =
      way === 'pop-up'
        ? request.headers['sec-fetch-dest'] === undefined
        : !maySignInSilently(attempts, now());
    if (isHopeless) throw createSignInError(user, 'sign-in-timeout');
    if (isFramed(request) && place === undefined && way !== 'redirect')
      showProgress(request, response, user, way);
    else {
      if (way !== 'pop-up') countAttempt(response, user, attempts, now());
      const inHiddenFrame = isFramed(request) && place === 'hidden-frame' && { inHiddenFrame: true as const };
      beginSignIn(request, response, { ...panelPurpose(user), ...inHiddenFrame });
    }
  }

  /**
   * Shows a page of ours until SuperOffice responds, instead of an empty frame. Its script signs in by a hidden frame where
   * the browser lets that frame use SuperOffice's cookies, because the page then remains if an identity provider refuses
   * to be framed. The panel's own frame goes to SuperOffice only if that signed the user in before, or SuperOffice itself
   * did. Otherwise the page offers the pop-up.
   */
  function showProgress(request: Request, response: Response, user: User, way: SignInWay): void {
    const asked = askedPageUrl(user);
    const frameUrl = startSignInUrl(asked, 'frame');
    const page = {
      way,
      frameUrl,
      frameForm: toForm(frameUrl),
      hiddenFrameUrl: startSignInUrl(asked, 'hidden-frame'),
      ...signInLinks(user),
    };
    const language = languages.choose([user.language, ...request.acceptsLanguages()]);
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

/** Where the page in the panel's frame lets the sign-in take place; undefined for a request that it did not make. */
function readSignInPlace({ query }: Request) {
  return signInPlaces.find((place) => place === query.signIn);
}

/** The form that leads to a URL. */
function toForm(url: string) {
  const [action = '', query] = url.split('?', 2);
  return { action, fields: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })) };
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
  for (const name of ['signedIn', 'cookie', 'loading', 'refreshed', 'again', 'signIn']) params.delete(name);
  const page = `${path}?${params}`;
  return page === panelUrl(url) || page.length > maxPageLength ? {} : { returnTo: page };
}
