import type { Request, Response } from 'express';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { type SignInPurpose, type SignInStore, signInLifetimeMs } from '../../tenants/sign-in-store.ts';
import type { PanelPageUser } from '../links.ts';
import { listCookieNames, readCookie, writeCookie } from '../middleware/cookies.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';

/** Starts a sign-in for a purpose in this browser. @returns the URL at SuperOffice where it continues */
export type StartSignIn = (response: Response, purpose: SignInPurpose) => string;

/** Sends a browser to SuperOffice to sign in for a purpose. */
export type BeginSignIn = (request: Request, response: Response, purpose: SignInPurpose) => void;

/**
 * Cookie of a sign-in's PKCE verifier, so that only the browser that began the sign-in can complete it. Each sign-in has
 * its own cookie, because several panels may sign in at once when a browser restores its tabs.
 */
const verifierCookie = (state: string) => `${verifierPrefix}${sha256Base64Url(state).slice(0, 16)}`;
const verifierPrefix = '__Host-planlens-sign-in-';
/** Older ones are deleted: a browser that sends ever more cookies is refused at 16 kB, even by the page that ends them. */
const maxVerifiers = 8;
const verifierPattern = /^[\w-]{43}$/;

/** Reads the verifier that the browser stores for the sign-in with this state; empty if there is no valid one. */
export function readVerifier(request: Request, state: string): string {
  const verifier = readCookie(request, verifierCookie(state)) ?? '';
  return verifierPattern.test(verifier) ? verifier : '';
}

/** Deletes the verifier when the sign-in with this state is complete. The state must be one of ours. */
export function clearVerifier(response: Response, state: string): void {
  writeCookie(response, verifierCookie(state), '', 0);
}

/**
 * Authorization code flow with state, nonce and PKCE S256 (docs/superoffice/auth.md#21-authorize-request).
 * The panel uses the authorize URL of its tenant, where a live CRM session signs the user in without a prompt. An
 * installation lets SuperOffice ask for the tenant.
 */
export function createStartSignIn(deps: {
  signIns: SignInStore;
  authorizeUrl: (query: { tenantId?: string; state: string; nonce: string; codeChallenge: string }) => string;
}): StartSignIn {
  return (response, purpose) => {
    const { codeVerifier, ...query } = deps.signIns.begin(purpose);
    const begun = listCookieNames(response.req, verifierPrefix);
    for (const name of begun.slice(0, Math.max(0, begun.length + 1 - maxVerifiers)))
      writeCookie(response, name, '', 0);
    writeCookie(response, verifierCookie(query.state), codeVerifier, signInLifetimeMs);
    return deps.authorizeUrl({ ...tenantParameter(purpose), ...query });
  };
}

/**
 * Redirects a browser to SuperOffice. The response to a form is a page that continues there: browsers apply `form-action`
 * to redirects of forms, and the sign-in may lead to any identity provider.
 */
export function createBeginSignIn(deps: {
  startSignIn: StartSignIn;
  languages: Languages;
  views: Views;
}): BeginSignIn {
  return (request, response, purpose) => {
    const url = deps.startSignIn(response.set('Cache-Control', 'no-store'), purpose);
    if (request.method !== 'POST') return response.redirect(302, url);
    const language = deps.languages.choose([purpose.language, ...request.acceptsLanguages()]);
    response.set('Refresh', `0; url=${url}`).send(deps.views('continue', language, { url }));
  };
}

/** The purpose of a sign-in to a page of the panel. */
export function panelPurpose({ tenantId, associateId, language, returnTo }: PanelPageUser) {
  return {
    kind: 'panel',
    tenantId,
    associateId,
    language,
    ...(returnTo !== undefined && { returnTo }),
  } as const;
}

/** The tenant that a sign-in is for; empty for an installation, which accepts any tenant. */
export function tenantParameter(purpose: SignInPurpose): { tenantId?: string } {
  return purpose.kind === 'install' || purpose.tenantId === null ? {} : { tenantId: purpose.tenantId };
}
