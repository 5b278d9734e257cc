import { z } from 'zod';
import { storableText } from '../../storable-text.ts';
import { toResponseError } from '../transport/api-response.ts';
import { isContextIdentifier, type LoginEndpoints } from '../transport/endpoints.ts';
import type { HttpClient, HttpResponse } from '../transport/http.ts';
import { readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';

/** The parameters of one sign-in. */
interface AuthorizeRequest {
  /** Skips SuperOffice's tenant picker. */
  readonly tenantId?: string;
  readonly state: string;
  readonly nonce: string;
  /** The S256 code challenge of PKCE. */
  readonly codeChallenge: string;
  /** Prefills the user name. */
  readonly loginHint?: string;
}

/** The tokens issued for an authorization code, all of them secrets. */
interface IssuedTokens {
  readonly accessToken: string;
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number;
  readonly idToken: string;
  readonly refreshToken?: string;
}

/** Signs a user in: builds the authorize URL, then exchanges the code of the callback. */
export interface AuthorizationCodeFlow {
  /** @throws SuperOfficeError `tenant-unknown` if `tenantId` is not a context identifier */
  authorizeUrl(request: AuthorizeRequest): string;
  /**
   * @throws SuperOfficeError `code-refused`, `client-refused`, `sign-in-refused` if SuperOffice does not tell which of
   * the two, or an error of the connection
   */
  exchangeCode(grant: { readonly code: string; readonly codeVerifier: string }): Promise<IssuedTokens>;
}

const operation = 'exchange code';

const tokensSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  id_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
});

/**
 * The error codes of RFC 6749 5.2. Which of them SuperOffice uses is not documented
 * (docs/superoffice/auth.md#22-token-request). In recorded responses a wrong client and a wrong code are both
 * `access_denied`.
 */
const oauthErrorSchema = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'access_denied',
  ]),
});
const descriptionSchema = z.object({ error_description: storableText(300) });
const clientErrors = ['invalid_client', 'unauthorized_client'];

/** The authorization code flow with PKCE (docs/superoffice/auth.md#2-authorization-code-flow). */
export function createAuthorizationCodeFlow(deps: {
  readonly endpoints: LoginEndpoints;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly http: HttpClient;
}): AuthorizationCodeFlow {
  const { endpoints, clientId, clientSecret, redirectUri, http } = deps;
  return {
    authorizeUrl({ tenantId, state, nonce, codeChallenge, loginHint }) {
      if (tenantId !== undefined && !isContextIdentifier(tenantId)) {
        throw new SuperOfficeError('tenant-unknown', 'authorize');
      }
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
      const response = await http.request({
        operation,
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
      if (response.status !== 200)
        throw toExchangeError(response, [clientId, clientSecret, code, codeVerifier]);
      const tokens = readBody(operation, tokensSchema, response.body);
      return {
        accessToken: tokens.access_token,
        expiresIn: tokens.expires_in,
        idToken: tokens.id_token,
        ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
      };
    },
  };
}

/** @param sent what the request contained, which must not reach a log */
function toExchangeError(response: HttpResponse, sent: readonly string[]): SuperOfficeError {
  const { status, body } = response;
  const oauthError = oauthErrorSchema.safeParse(body).data?.error;
  if (oauthError === 'access_denied') {
    const description = sent.reduce(
      (text, value) => text.replaceAll(value, '…'),
      descriptionSchema.safeParse(body).data?.error_description ?? '',
    );
    return new SuperOfficeError('sign-in-refused', operation, { status, detail: oauthError, description });
  }
  const facts = { status, ...(oauthError === undefined ? {} : { detail: oauthError }) };
  const concernsClient = oauthError !== undefined && clientErrors.includes(oauthError);
  if (concernsClient || status === 401 || status === 403) {
    return new SuperOfficeError('client-refused', operation, facts);
  }
  if (oauthError !== undefined || status === 400)
    return new SuperOfficeError('code-refused', operation, facts);
  return toResponseError(operation, response);
}
