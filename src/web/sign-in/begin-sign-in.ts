import type { Request, Response } from 'express';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { type SignInPurpose, type SignInStore, signInLifetimeMs } from '../../tenants/sign-in-store.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** Sends a browser to SuperOffice to sign in for a purpose. */
export type BeginSignIn = (response: Response, purpose: SignInPurpose) => void;

/**
 * Keeps a sign-in's verifier, so that only the browser that began it can end it. One cookie for each sign-in, as
 * several panels may begin theirs at the same moment (a browser that opens its tabs again).
 */
const verifierCookie = (state: string) => `__Host-planlens-sign-in-${sha256Base64Url(state).slice(0, 16)}`;
const shapeOfVerifier = /^[\w-]{43}$/;

/** @returns what this browser keeps for the sign-in of this state, empty where it has nothing or sends nonsense */
export function readVerifier(request: Request, state: string): string {
  const verifier = readCookie(request, verifierCookie(state)) ?? '';
  return shapeOfVerifier.test(verifier) ? verifier : '';
}

/** Takes the verifier back when the sign-in of this state, which must be one of ours, has been answered. */
export function forgetVerifier(response: Response, state: string): void {
  writeCookie(response, verifierCookie(state), '', 0);
}

/**
 * Authorization code flow with state, nonce and PKCE S256 (docs/superoffice/auth.md#21-authorize-request):
 * the panel goes to its tenant's own authorize address, where a live CRM session answers without a question;
 * an installation lets SuperOffice ask for the tenant.
 */
export function createBeginSignIn(deps: {
  signIns: SignInStore;
  authorizeUrl: (query: { tenantId?: string; state: string; nonce: string; codeChallenge: string }) => string;
}): BeginSignIn {
  return (response, purpose) => {
    const { codeVerifier, ...query } = deps.signIns.begin(purpose);
    writeCookie(response, verifierCookie(query.state), codeVerifier, signInLifetimeMs);
    const tenant = tenantOf(purpose);
    response.set('Cache-Control', 'no-store').redirect(302, deps.authorizeUrl({ ...tenant, ...query }));
  };
}

/** The tenant a sign-in is for; an installation takes whichever the administrator has. */
export function tenantOf(purpose: SignInPurpose): { tenantId?: string } {
  return purpose.kind === 'install' || purpose.tenantId === null ? {} : { tenantId: purpose.tenantId };
}
