import type { Router } from 'express';
import type { Intercept } from './fault-injection.ts';
import type { SigningKeys } from './keys.ts';

/**
 * Serves the discovery document and the JWKS. The document is served under `/login` and at the root,
 * but its issuer is the bare origin: see docs/superoffice/auth.md#1-endpoints.
 */
export function serveDiscovery(
  router: Router,
  deps: { origin: string; keys: SigningKeys; intercept: Intercept },
): void {
  const { origin, keys, intercept } = deps;
  const login = `${origin}/login`;
  router.get(
    ['/login/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    intercept('Login.Discovery'),
    (_req, res) => {
      res.json({
        issuer: origin,
        jwks_uri: `${login}/.well-known/jwks`,
        authorization_endpoint: `${login}/common/oauth/authorize`,
        token_endpoint: `${login}/common/oauth/tokens`,
        end_session_endpoint: `${login}/logout`,
        scopes_supported: ['openid'],
        response_modes_supported: ['form_post', 'query'],
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        code_challenge_methods_supported: ['plain', 'S256'],
      });
    },
  );
  router.get('/login/.well-known/jwks', intercept('Login.Jwks'), (_req, res) => {
    res.json(keys.jwks());
  });
}
