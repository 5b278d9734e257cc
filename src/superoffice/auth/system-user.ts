import { type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import { toResponseError } from '../transport/api-response.ts';
import type { LoginEndpoints } from '../transport/endpoints.ts';
import type { HttpClient, HttpResponse } from '../transport/http.ts';
import { booleanOrFalse, readBody, stringOrEmpty } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { SystemUserJwtVerifier } from './system-user-jwt.ts';

/** The tenant whose system user ticket is requested. */
export interface SystemUserRequest {
  readonly tenantId: string;
  readonly serial: string;
  /** The system user token from the administrator's consent: a secret. */
  readonly systemToken: string;
}

/** The client of PartnerSystemUser. */
export interface SystemUserClient {
  /**
   * Exchanges a system user token for a ticket.
   * @throws SuperOfficeError `system-user-refused` if SuperOffice refuses, `client-refused` if it refuses
   * because of our key, clock or redirect URL, `system-user-jwt-invalid` if the returned JWT is invalid, or
   * an error of the connection
   */
  exchange(request: SystemUserRequest): Promise<string>;
}

const operation = 'system user';

const responseSchema = z.object({
  IsSuccessful: booleanOrFalse,
  Token: stringOrEmpty,
  ErrorMessage: stringOrEmpty,
});

/**
 * The names of AuthorizeErrorCode (docs/superoffice/auth.md#54-response). Assumption: `ErrorMessage` contains
 * them.
 */
const errorNamePattern =
  /\b(Revoked|InvalidRedirectUrl|Expired|Denied|NeedsReapproval|InvalidTimestamp|InvalidSignature)\b/;

/** Errors in our own request, which do not concern the tenant's consent. */
const clientErrors = ['InvalidRedirectUrl', 'InvalidTimestamp', 'InvalidSignature'];
/** Errors that mean revoked consent. `Denied`, or no name at all, may also be our own error. */
const consentErrors = ['Revoked', 'Expired', 'NeedsReapproval'];

/** True if the error proves that the tenant's consent is revoked, so the app must be installed again. */
export function isConsentRevoked(error: unknown): boolean {
  return (
    error instanceof SuperOfficeError &&
    error.code === 'system-user-refused' &&
    consentErrors.includes(error.detail ?? '')
  );
}

/**
 * The signed token that PartnerSystemUser requires: token, UTC minute and signature
 * (docs/superoffice/auth.md#52-signing). `signedAt` in ms since 1970.
 */
export function signSystemToken(systemToken: string, key: KeyObject, signedAt: number): string {
  const minute = new Date(signedAt).toISOString().replace(/\D/g, '').slice(0, 12);
  const data = `${systemToken}.${minute}`;
  return `${data}.${sign('RSA-SHA256', Buffer.from(data, 'utf8'), key).toString('base64')}`;
}

/** The system user flow (docs/superoffice/auth.md#53-request to #55-jwt-and-ticket). */
export function createSystemUser(deps: {
  readonly endpoints: LoginEndpoints;
  readonly clientSecret: string;
  readonly privateKey: KeyObject;
  readonly http: HttpClient;
  readonly verifyJwt: SystemUserJwtVerifier;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): SystemUserClient {
  return {
    async exchange({ tenantId, serial, systemToken }) {
      const response = await deps.http.request({
        operation,
        method: 'POST',
        url: deps.endpoints.partnerSystemUser,
        json: {
          SignedSystemToken: signSystemToken(systemToken, deps.privateKey, deps.now()),
          ApplicationToken: deps.clientSecret,
          ContextIdentifier: tenantId,
          ReturnTokenType: 'JWT',
        },
      });
      const result = await deps.verifyJwt(readToken(response), { tenantId, serial });
      if (result.valid) return result.claims.ticket;
      const code = result.reason === 'keys-unreachable' ? 'unreachable' : 'system-user-jwt-invalid';
      throw new SuperOfficeError(code, operation, { detail: result.reason });
    },
  };
}

function readToken(response: HttpResponse): string {
  const { status, body } = response;
  const granted = status === 200 ? readBody(operation, responseSchema, body) : null;
  if (granted?.IsSuccessful) return granted.Token;
  const name = findErrorName(body);
  // A 5xx or 429 response is a refusal only if it names an error; otherwise it is transient.
  if ((status >= 500 || status === 429) && name === undefined) throw toResponseError(operation, response);
  const code = clientErrors.includes(name ?? '') ? 'client-refused' : 'system-user-refused';
  throw new SuperOfficeError(code, operation, {
    status,
    ...(name === undefined ? {} : { detail: name }),
  });
}

function findErrorName(body: unknown): string | undefined {
  const message = responseSchema.safeParse(body).data?.ErrorMessage ?? '';
  return errorNamePattern.exec(message)?.[1];
}
