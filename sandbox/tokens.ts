import { type AppRegistration, systemUserToken } from './app-registration.ts';
import { type Claims, hmacJwt, signJwt, type TokenDefect, tamperedJwt, unsignedJwt } from './jwt.ts';
import type { SigningKeys } from './keys.ts';
import { apiUrl } from './tenant-state.ts';
import type { Tenant, User } from './tenants.ts';

type TokenKind = 'id-token' | 'system-user' | 'state-change';

const identity = 'http://schemes.superoffice.net/identity/';
const validBeforeIssue = 60;
const validAfterIssue = 300;

export interface Tokens {
  /**
   * An id_token (docs/superoffice/auth.md#3-id_token); a refreshed one carries no nonce
   * (docs/superoffice/auth.md#23-refresh).
   */
  idToken(tenant: Tenant, user: User, nonce: string | undefined): string;
  /** The JWT that carries a system user ticket (docs/superoffice/auth.md#55-jwt-and-ticket). */
  systemUserJwt(tenant: Tenant, ticket: string): string;
  /**
   * The token of a state change notification; only its issuer is known
   * (docs/superoffice/web-api.md#71-state-change-notification).
   */
  stateChangeToken(tenant: Tenant): string;
  /** Makes the next token of this kind defective. */
  corruptNext(kind: TokenKind, defect: TokenDefect): void;
  /** Discards the defects that no token has had yet. */
  reset(): void;
}

export interface TokensDeps {
  readonly origin: string;
  readonly app: AppRegistration;
  readonly keys: SigningKeys;
  /** Returns a different tenant, for tokens of the wrong tenant. */
  readonly otherTenant: (tenant: Tenant) => Tenant;
  readonly now: () => number;
}

/** Creates the issuer of all JWTs of the sandbox. */
export function createTokens(deps: TokensDeps): Tokens {
  const { origin, app, keys, now } = deps;
  const defects = new Map<TokenKind, TokenDefect[]>();
  const nowSeconds = () => Math.floor(now() / 1000);
  const lifetime = () => ({ nbf: nowSeconds() - validBeforeIssue, exp: nowSeconds() + validAfterIssue });

  function issue(kind: TokenKind, claimsFor: (tenant: Tenant) => Claims, tenant: Tenant): string {
    const defect = defects.get(kind)?.shift();
    const owner = defect === 'other-tenant' ? deps.otherTenant(tenant) : tenant;
    return defect === undefined
      ? signJwt({ x5t: keys.current().x5t }, claimsFor(owner), keys.current().privateKey)
      : defectiveToken(keys, claimsFor(owner), defect);
  }

  return {
    idToken: (tenant, user, nonce) =>
      issue(
        'id-token',
        (owner) => ({
          sub: user.userName,
          ...userClaims(user),
          ...tenantClaims(origin, owner),
          [`${identity}system_token`]: systemUserToken(app, owner.contextIdentifier),
          ...(nonce === undefined ? {} : { nonce }),
          // A string in every published sample (docs/superoffice/auth.md#33-type-of-iat).
          iat: String(nowSeconds()),
          iss: origin,
          aud: app.clientId,
          ...lifetime(),
        }),
        tenant,
      ),
    systemUserJwt: (tenant, ticket) =>
      issue(
        'system-user',
        (owner) => ({
          [`${identity}ticket`]: ticket,
          [`${identity}serial`]: owner.serialNr,
          [`${identity}ctx`]: owner.contextIdentifier,
          [`${identity}webapi_url`]: `${apiUrl(origin, owner)}/`,
          iss: 'SuperOffice AS',
          aud: `spn:${owner.serialNr}`,
          ...lifetime(),
        }),
        tenant,
      ),
    stateChangeToken: (tenant) =>
      issue(
        'state-change',
        (owner) => ({
          [`${identity}ctx`]: owner.contextIdentifier,
          iss: origin,
          // The audience is unknown (docs/superoffice/web-api.md#71-state-change-notification); the client id
          // is an assumption of the sandbox.
          aud: app.clientId,
          ...lifetime(),
        }),
        tenant,
      ),
    corruptNext: (kind, defect) => {
      defects.set(kind, [...(defects.get(kind) ?? []), defect]);
    },
    reset: () => defects.clear(),
  };
}

/** The claims of docs/superoffice/auth.md#32-claims that identify the user. */
function userClaims(user: User): Claims {
  return {
    [`${identity}associateid`]: String(user.associateId),
    [`${identity}identityprovider`]: user.identityProvider,
    [`${identity}email`]: user.userName,
    [`${identity}upn`]: user.userName,
    [`${identity}so_primary_email_address`]: user.userName,
    [`${identity}initials`]: user.initials,
    [`${identity}is_administrator`]: user.isAdministrator ? 'True' : 'False',
    [`${identity}remember_me_expires`]: '',
  };
}

/**
 * The claims of docs/superoffice/auth.md#32-claims that identify the tenant; both URLs end in a slash.
 */
function tenantClaims(origin: string, tenant: Tenant): Claims {
  return {
    [`${identity}ctx`]: tenant.contextIdentifier,
    [`${identity}company_name`]: tenant.companyName,
    [`${identity}serial`]: tenant.serialNr,
    [`${identity}netserver_url`]: `${origin}/${tenant.contextIdentifier}/Remote/Services86/`,
    [`${identity}webapi_url`]: `${apiUrl(origin, tenant)}/`,
  };
}

function defectiveToken(keys: SigningKeys, claims: Claims, defect: TokenDefect): string {
  const { x5t, privateKey, publicKey } = keys.current();
  const corrupted = corruptClaims(claims, defect);
  if (defect === 'none') return unsignedJwt({ x5t }, corrupted);
  if (defect === 'hs256') return hmacJwt({ x5t }, corrupted, publicKey);
  if (defect === 'foreign-key') return signJwt({ x5t }, corrupted, keys.foreign().privateKey);
  if (defect === 'unknown-key-id')
    return signJwt({ x5t: keys.foreign().x5t }, corrupted, keys.foreign().privateKey);
  const token = signJwt({ x5t }, corrupted, privateKey);
  return defect === 'tampered' ? tamperedJwt(token, `${identity}associateid`, '1') : token;
}

function corruptClaims(claims: Claims, defect: TokenDefect): Claims {
  const hours = (count: number) => ({
    nbf: Number(claims.nbf) + count * 3600,
    exp: Number(claims.exp) + count * 3600,
  });
  if (defect === 'expired') return { ...claims, ...hours(-2) };
  if (defect === 'not-yet-valid') return { ...claims, ...hours(2) };
  if (defect === 'foreign-audience') return { ...claims, aud: 'f'.repeat(32) };
  if (defect === 'foreign-issuer') return { ...claims, iss: 'https://login.example' };
  if (defect !== 'no-nonce') return claims;
  const { nonce: _, ...rest } = claims;
  return rest;
}
