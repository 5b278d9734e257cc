import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { type SignInPurpose, type SignInStore, signInLifetimeMs } from '../tenants/sign-in-store.ts';
import { readCookie, writeCookie } from './cookies.ts';

/** Sends a browser to SuperOffice to sign in for a purpose. */
export type BeginSignIn = (request: Request, response: Response, purpose: SignInPurpose) => Promise<void>;

/** Names the browser, so that only the one that began a sign-in can end it. */
const browserCookie = '__Host-planlens-browser';
const randomText = () => randomBytes(32).toString('base64url');
const shapeOfRandomText = /^[\w-]{43}$/;

/** @returns the browser's name, empty where it has none or sends nonsense */
export function browserOf(request: Request): string {
  const name = readCookie(request, browserCookie) ?? '';
  return shapeOfRandomText.test(name) ? name : '';
}

/**
 * Authorization code flow with state, nonce and PKCE S256 (auth.md 2.1): the panel goes to its tenant's own authorize
 * address, where a live CRM session answers without a question; an installation lets SuperOffice ask for the tenant.
 */
export function createBeginSignIn(deps: {
  signIns: SignInStore;
  authorizeUrl: (query: { ctx?: string; state: string; nonce: string; codeChallenge: string }) => string;
}): BeginSignIn {
  return async (request, response, purpose) => {
    const browser = browserOf(request) || randomText();
    const [state, nonce, codeVerifier] = [randomText(), randomText(), randomText()];
    await deps.signIns.start({ purpose, state, nonce, codeVerifier, browser });

    writeCookie(response, browserCookie, browser, signInLifetimeMs);
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const tenant = purpose.kind === 'panel' ? { ctx: purpose.ctx } : {};
    response
      .set('Cache-Control', 'no-store')
      .redirect(302, deps.authorizeUrl({ ...tenant, state, nonce, codeChallenge }));
  };
}
