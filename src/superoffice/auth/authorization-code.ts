import { z } from 'zod';
import { isContextIdentifier } from '../transport/context-identifier.ts';
import type { LoginEndpoints } from '../transport/endpoints.ts';
import type { Http, HttpResponse } from '../transport/http.ts';
import { toResponseError } from '../transport/refused-answer.ts';
import { readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';

export interface AuthorizationCodeFlowDeps {
  readonly endpoints: LoginEndpoints;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly http: Http;
}

/** `codeChallenge` is the S256 challenge; `ctx` skips SuperOffice's tenant picker, `loginHint` fills in the user name. */
export interface AuthorizeRequest {
  readonly tenantId?: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeChallenge: string;
  readonly loginHint?: string;
}

/** What a code was worth: all secrets. `expiresIn` in seconds. */
export interface ExchangedCode {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly idToken: string;
  readonly refreshToken?: string;
}

export interface SignIn {
  authorizeUrl(request: AuthorizeRequest): string;
  exchangeCode(answer: { readonly code: string; readonly codeVerifier: string }): Promise<ExchangedCode>;
}

const exchangeOperation = 'redeem code';

const Tokens = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  id_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
});

/**
 * RFC 6749 5.2. Which of them SuperOffice sends is not documented
 * (docs/superoffice/auth.md#22-token-request).
 */
const OAuthError = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
  ]),
});
const ABOUT_THE_CLIENT = ['invalid_client', 'unauthorized_client'];

/**
 * The authorization code flow with PKCE (docs/superoffice/auth.md#2-authorization-code-flow). `authorizeUrl`
 * throws `tenant-unknown` for a malformed context identifier; `exchangeCode` throws `code-refused`,
 * `client-refused` or an error of the connection.
 */
export function createAuthorizationCodeFlow({
  endpoints,
  clientId,
  clientSecret,
  redirectUri,
  http,
}: AuthorizationCodeFlowDeps): SignIn {
  return {
    authorizeUrl({ tenantId, state, nonce, codeChallenge, loginHint }) {
      if (tenantId !== undefined && !isContextIdentifier(tenantId))
        throw new SuperOfficeError('tenant-unknown', 'authorize');
      const url = new URL(endpoints.authorize(tenantId ?? 'common'));
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        scope: 'openid',
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      }).toString();
      return url.href;
    },

    async exchangeCode({ code, codeVerifier }) {
      const answer = await http.request({
        operation: exchangeOperation,
        method: 'POST',
        url: endpoints.tokens,
        form: {
          grant_type: 'authorization_code',
          client_id: clientId,
          client_secret: clientSecret,
          code,
          code_verifier: codeVerifier,
          redirect_uri: redirectUri,
        },
      });
      if (answer.status !== 200) throw refusal(answer);
      const tokens = readBody(exchangeOperation, Tokens, answer.body);
      return {
        accessToken: tokens.access_token,
        expiresIn: tokens.expires_in,
        idToken: tokens.id_token,
        ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
      };
    },
  };
}

function refusal(answer: HttpResponse): SuperOfficeError {
  const { status, body } = answer;
  const named = OAuthError.safeParse(body);
  const detail = named.success ? { detail: named.data.error } : {};
  const aboutClient = named.success && ABOUT_THE_CLIENT.includes(named.data.error);
  if (aboutClient || status === 401 || status === 403) {
    return new SuperOfficeError('client-refused', exchangeOperation, { status, ...detail });
  }
  if (named.success || status === 400)
    return new SuperOfficeError('code-refused', exchangeOperation, { status, ...detail });
  return toResponseError(exchangeOperation, answer);
}
