import type { Request, Router } from 'express';
import { z } from 'zod';
import type { AppRegistration } from './app-registration.ts';
import { type AuthorizationCodes, isVerifierValid } from './authorization-codes.ts';
import type { Credentials } from './credentials.ts';
import type { Intercept } from './fault-injection.ts';
import type { Tenant, Tenants, User } from './tenants.ts';
import type { Tokens } from './tokens.ts';

const expiresInSeconds = 3600;
const refusal = {
  error: 'access_denied',
  error_description: 'The client id, the client secret or the code is not valid',
};

const tokenForm = z.object({
  grant_type: z.string(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  code: z.string().default(''),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  refresh_token: z.string().default(''),
});
type TokenForm = z.infer<typeof tokenForm>;

export interface TokenEndpointDeps {
  readonly app: AppRegistration;
  readonly tenants: Tenants;
  readonly codes: AuthorizationCodes;
  readonly credentials: Credentials;
  readonly tokens: Tokens;
  readonly intercept: Intercept;
}

interface Owner {
  readonly tenant: Tenant;
  readonly user: User;
}

/**
 * Serves the token endpoint (docs/superoffice/auth.md#22-token-request, #23-refresh). As in recorded
 * responses, a wrong client and a wrong code are refused alike; other errors follow OAuth. The response to a refresh has no refresh token, and its id_token
 * has no nonce.
 */
export function serveTokenEndpoint(router: Router, deps: TokenEndpointDeps): void {
  router.post('/login/common/oauth/tokens', deps.intercept('Login.Tokens'), (req, res) => {
    res.set('Cache-Control', 'no-store');
    const form = tokenForm.safeParse(req.body);
    if (!form.success) return res.status(400).json({ error: 'invalid_request' });
    if (!isClient(deps.app, req, form.data)) return res.status(400).json(refusal);
    if (form.data.grant_type === 'authorization_code') {
      const granted = exchangeCode(deps, form.data);
      if (!granted) return res.status(400).json(refusal);
      const { contextIdentifier } = granted.tenant;
      return res.json({
        ...tokenResponse(deps, granted, granted.nonce),
        refresh_token: deps.credentials.issueRefreshToken(contextIdentifier, granted.user.associateId),
      });
    }
    if (form.data.grant_type !== 'refresh_token') {
      return res.status(400).json({ error: 'unsupported_grant_type' });
    }
    const owner = findOwner(deps.tenants, deps.credentials.findRefreshTokenUser(form.data.refresh_token));
    if (!owner) return res.status(400).json(refusal);
    return res.json(tokenResponse(deps, owner, undefined));
  });
}

/** Checks the client secret in the form (client_secret_post) or the header (client_secret_basic). */
function isClient(app: AppRegistration, req: Request, form: TokenForm): boolean {
  const basic = /^Basic (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const [id, secret] = basic
    ? Buffer.from(basic, 'base64').toString().split(':', 2).map(decodeURIComponent)
    : [form.client_id, form.client_secret];
  return id === app.clientId && secret === app.clientSecret;
}

function exchangeCode(
  deps: TokenEndpointDeps,
  form: TokenForm,
): (Owner & { nonce: string | undefined }) | undefined {
  const grant = deps.codes.consume(form.code);
  if (!grant || grant.redirectUri !== form.redirect_uri) return undefined;
  if (!isVerifierValid(grant, form.code_verifier)) return undefined;
  const owner = findOwner(deps.tenants, grant);
  return owner && { ...owner, nonce: grant.nonce };
}

/** Finds tenant and user, provided the tenant still approves the app and the user can still sign in. */
function findOwner(
  tenants: Tenants,
  key: { tenantId: string; associateId: number } | undefined,
): Owner | undefined {
  const tenant = tenants.find(key?.tenantId ?? '');
  const user = tenant?.users.find((row) => row.associateId === key?.associateId);
  return tenant?.approved && user && !user.retired ? { tenant, user } : undefined;
}

function tokenResponse(deps: TokenEndpointDeps, { tenant, user }: Owner, nonce: string | undefined) {
  return {
    token_type: 'Bearer',
    access_token: deps.credentials.issueAccessToken(tenant.contextIdentifier, user.associateId),
    expires_in: expiresInSeconds,
    id_token: deps.tokens.idToken(tenant, user, nonce),
  };
}
