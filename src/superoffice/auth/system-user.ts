import { type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import type { LoginEndpoints } from '../transport/endpoints.ts';
import type { Http, HttpResponse } from '../transport/http.ts';
import { toResponseError } from '../transport/refused-answer.ts';
import { flag, readBody, text } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { SystemUserJwtVerifier } from './system-user-jwt.ts';

export interface SystemUserDeps {
  readonly endpoints: LoginEndpoints;
  readonly clientSecret: string;
  readonly privateKey: KeyObject;
  readonly http: Http;
  readonly verifyJwt: SystemUserJwtVerifier;
  readonly now: () => number;
}

/** Whose system user to become. `systemToken` is the secret the administrator's approval gave us. */
export interface SystemUserRequest {
  readonly tenantId: string;
  readonly serial: string;
  readonly systemToken: string;
}

export interface SystemUser {
  exchange(request: SystemUserRequest): Promise<string>;
}

const OPERATION = 'system user';

const Answer = z.object({ IsSuccessful: flag, Token: text, ErrorMessage: text });

/**
 * The AuthorizeErrorCode names (docs/superoffice/auth.md#54-response). That they appear in `ErrorMessage` is
 * a guess.
 */
const ERROR_NAME =
  /\b(Revoked|InvalidRedirectUrl|Expired|Denied|NeedsReapproval|InvalidTimestamp|InvalidSignature)\b/;

/** What these say is wrong with what we sent, not with the tenant's approval. */
const OWN_FAULT = ['InvalidRedirectUrl', 'InvalidTimestamp', 'InvalidSignature'];
/** These say that the tenant approves us no more; `Denied`, or no name at all, may be our own fault too. */
const WITHDRAWN = ['Revoked', 'Expired', 'NeedsReapproval'];

/** Whether SuperOffice said for certain that a tenant approves us no more: it has to install again. */
export function isConsentRevoked(error: unknown): boolean {
  return (
    error instanceof SuperOfficeError &&
    error.code === 'system-user-refused' &&
    WITHDRAWN.includes(error.detail ?? '')
  );
}

/**
 * The token with its time and signature, as PartnerSystemUser wants it (docs/superoffice/auth.md#52-signing).
 * `at` in milliseconds since 1970.
 */
export function signSystemToken(systemToken: string, key: KeyObject, at: number): string {
  const minute = new Date(at).toISOString().replace(/\D/g, '').slice(0, 12);
  const data = `${systemToken}.${minute}`;
  return `${data}.${sign('RSA-SHA256', Buffer.from(data, 'utf8'), key).toString('base64')}`;
}

/**
 * Exchanges a tenant's system user token for a ticket (docs/superoffice/auth.md#53-request to
 * #55-jwt-and-ticket). Throws `system-user-refused` if SuperOffice says no, `client-refused` if that is about
 * our key or clock, `system-user-jwt-invalid` if its answer does not verify, or an error of the connection.
 */
export function createSystemUser(deps: SystemUserDeps): SystemUser {
  return {
    async exchange({ tenantId, serial, systemToken }) {
      const answer = await deps.http.request({
        operation: OPERATION,
        method: 'POST',
        url: deps.endpoints.partnerSystemUser,
        json: {
          SignedSystemToken: signSystemToken(systemToken, deps.privateKey, deps.now()),
          ApplicationToken: deps.clientSecret,
          ContextIdentifier: tenantId,
          ReturnTokenType: 'JWT',
        },
      });
      const verdict = await deps.verifyJwt(grantedToken(answer), { tenantId, serial });
      if (verdict.valid) return verdict.claims.ticket;
      const code = verdict.reason === 'keys-unreachable' ? 'unreachable' : 'system-user-jwt-invalid';
      throw new SuperOfficeError(code, OPERATION, { detail: verdict.reason });
    },
  };
}

function grantedToken(answer: HttpResponse): string {
  const { status, body } = answer;
  const granted = status === 200 ? readBody(OPERATION, Answer, body) : null;
  if (granted?.IsSuccessful) return granted.Token;
  const name = refusalName(body);
  // A server in trouble has not refused; only a name it gives tells that it did.
  if ((status >= 500 || status === 429) && name === undefined) throw toResponseError(OPERATION, answer);
  const code = OWN_FAULT.includes(name ?? '') ? 'client-refused' : 'system-user-refused';
  throw new SuperOfficeError(code, OPERATION, {
    status,
    ...(name === undefined ? {} : { detail: name }),
  });
}

function refusalName(body: unknown): string | undefined {
  const message = Answer.safeParse(body).data?.ErrorMessage ?? '';
  return ERROR_NAME.exec(message)?.[1];
}
