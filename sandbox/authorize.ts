import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { AppRegistration } from './app-registration.ts';
import type { AuthorizationCodes } from './authorization-codes.ts';
import type { Intercept } from './fault-injection.ts';
import type { SuperIdSession, SuperIdSessions } from './superid-session.ts';
import type { Tenant, Tenants } from './tenants.ts';

const optional = z.string().optional();
const authorizeQuery = z.object({
  client_id: optional,
  redirect_uri: optional,
  response_type: optional,
  response_mode: optional,
  scope: optional,
  state: optional,
  nonce: optional,
  acr_values: optional,
  login_hint: optional,
  code_challenge: optional,
  code_challenge_method: z.string().default('plain'),
});
type AuthorizeQuery = z.infer<typeof authorizeQuery>;

export interface AuthorizeDeps {
  readonly app: AppRegistration;
  readonly tenants: Tenants;
  readonly sessions: SuperIdSessions;
  readonly codes: AuthorizationCodes;
  /** The origin of the identity provider. */
  readonly identityProvider: string;
  readonly intercept: Intercept;
}

/**
 * Serves the authorize endpoint of the code flow (docs/superoffice/auth.md#21-authorize-request), for all
 * tenants (`common`) and for one. It checks, in this order: the registered app, the request, the user's session,
 * the identity provider of a federated user, and the tenant's consent.
 */
export function serveAuthorize(router: Router, deps: AuthorizeDeps): void {
  router.get('/login/:tenantId/oauth/authorize', deps.intercept('Login.Authorize'), (req, res) => {
    const parsed = authorizeQuery.safeParse(req.query);
    if (!parsed.success || !isRegistered(deps.app, parsed.data)) return technicalError(res);
    if (!isKnownTenant(deps.tenants, req)) return technicalError(res);
    const error = findRequestError(parsed.data);
    if (error !== undefined) return redirectToApp(res, parsed.data, { error });
    respondToUser(deps, req, res, parsed.data);
  });
}

/** Handles a valid request: shows sign-in, identity provider or consent, or redirects to the app with a code. */
function respondToUser(deps: AuthorizeDeps, req: Request, res: Response, query: AuthorizeQuery): void {
  const requested = findRequestedTenant(deps.tenants, req, query);
  const session = deps.sessions.read(req);
  if (!session || (requested && requested !== session.tenant)) {
    const tenants = requested ? [requested] : deps.tenants.all();
    const hint = query.login_hint ?? '';
    res.render('sign-in', { tenants, next: req.originalUrl, hint, problem: '' });
  } else if (deps.sessions.needsProvider(session)) {
    res.redirect(302, identityProviderUrl(deps.identityProvider, session, req));
  } else if (!session.tenant.approved) {
    renderConsent(res, deps.app, session, req.originalUrl);
  } else {
    redirectToApp(res, query, { code: issueCode(deps, session, query) });
  }
}

function issueCode({ codes, sessions, app }: AuthorizeDeps, session: SuperIdSession, query: AuthorizeQuery) {
  sessions.clearProviderVisit(session);
  return codes.issue({
    redirectUri: app.redirectUri,
    challenge: query.code_challenge,
    challengeMethod: query.code_challenge_method,
    nonce: query.nonce,
    tenantId: session.tenant.contextIdentifier,
    associateId: session.user.associateId,
  });
}

/** An unknown app or redirect URL never causes a redirect (docs/superoffice/auth.md#7-iframe-sign-in). */
function isRegistered(app: AppRegistration, query: AuthorizeQuery): boolean {
  return query.client_id === app.clientId && query.redirect_uri === app.redirectUri;
}

/** True for `common` and for every existing tenant. */
function isKnownTenant(tenants: Tenants, req: Request): boolean {
  const inPath = String(req.params.tenantId);
  return inPath === 'common' || tenants.find(inPath) !== undefined;
}

function technicalError(res: Response): void {
  res.status(400).render('message', {
    title: 'Technical error',
    text: 'Authorization error: InvalidRedirectUrl (2). The app, its redirect URL or the customer is unknown.',
  });
}

/** The OAuth error code of an invalid request, or undefined. */
function findRequestError(query: AuthorizeQuery): string | undefined {
  if (query.response_type !== 'code') return 'unsupported_response_type';
  if (!query.scope?.split(' ').includes('openid')) return 'invalid_scope';
  if (!['query', 'form_post'].includes(query.response_mode ?? 'query')) return 'invalid_request';
  return ['plain', 'S256'].includes(query.code_challenge_method) ? undefined : 'invalid_request';
}

/** The tenant in the path or in `acr_values`; undefined when the tenant of the user's session applies. */
function findRequestedTenant(tenants: Tenants, req: Request, query: AuthorizeQuery): Tenant | undefined {
  const inPath = String(req.params.tenantId);
  const inQuery = /^tenant:(\S+)$/.exec(query.acr_values ?? '')?.[1];
  return tenants.find(inPath === 'common' ? (inQuery ?? '') : inPath);
}

function identityProviderUrl(origin: string, session: SuperIdSession, req: Request): string {
  const query = new URLSearchParams({ user: session.user.userName, next: req.originalUrl });
  return `${origin}/idp/sign-in?${query}`;
}

/**
 * Only an administrator can approve an app for their tenant
 * (docs/superoffice/panels-and-marketplace.md#12-install-state-uninstall).
 */
function renderConsent(res: Response, app: AppRegistration, session: SuperIdSession, next: string): void {
  if (session.user.isAdministrator) {
    res.render('consent', { app, tenant: session.tenant, user: session.user, next });
    return;
  }
  res.status(403).render('message', {
    title: 'Account does not have access',
    text: `${app.name} is not approved for ${session.tenant.companyName}. An administrator must approve it.`,
  });
}

/** Sends the result to the app in the requested response mode, with its state. */
function redirectToApp(res: Response, query: AuthorizeQuery, result: Record<string, string>): void {
  const fields = query.state === undefined ? result : { state: query.state, ...result };
  const target = new URL(String(query.redirect_uri));
  if (query.response_mode === 'form_post') {
    res.render('form-post', { action: target.href, fields });
    return;
  }
  for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value);
  res.redirect(302, target.href);
}
