import { isContextIdentifier } from '../transport/context-identifier.ts';
import { hasOnlyAudience, identityClaim, textClaim } from './claims.ts';
import { accepted, rejected, type TokenReason, type VerificationResult } from './verification-result.ts';
import { createJwtVerifier, type JwtVerifierDeps, type VerifiedClaims } from './verify-jwt.ts';

/** What we keep of a verified id_token. `systemToken` is a secret of the whole tenant. */
export interface IdTokenClaims {
  readonly tenantId: string;
  readonly associateId: number;
  readonly isAdministrator: boolean;
  readonly companyName: string;
  /** The serial number of the tenant's database, the audience of its system user JWT. */
  readonly serial: string;
  readonly upn?: string | undefined;
  readonly email?: string | undefined;
  readonly webApiUrl?: string | undefined;
  readonly systemToken?: string | undefined;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** At sign-in: the nonce we sent, and the tenant if one was asked for. At a refresh: whose token it was. */
export type ExpectedSignIn =
  | { readonly nonce: string; readonly tenantId?: string }
  | { readonly refreshOf: { readonly tenantId: string; readonly associateId: number } };

export interface IdTokenVerifierDeps extends JwtVerifierDeps {
  /** `https://{env}.superoffice.com`, lower case, nothing after it (docs/superoffice/auth.md#rule-8). */
  readonly issuer: string;
  readonly clientId: string;
}

export type IdTokenVerifier = (
  token: string,
  expected: ExpectedSignIn,
) => Promise<VerificationResult<IdTokenClaims>>;

/**
 * Verifies id_tokens for one environment and client (docs/superoffice/auth.md#rule-1 to #rule-14); the answer
 * holds claims or one reason.
 */
export function createIdTokenVerifier({ issuer, clientId, ...deps }: IdTokenVerifierDeps): IdTokenVerifier {
  const verifyClaims = createJwtVerifier(deps);
  return async (token, expected) => {
    const signed = await verifyClaims(token);
    if (!signed.valid) return signed;
    if (signed.claims.iss !== issuer) return rejected('issuer');
    if (!hasOnlyAudience(signed.claims, [clientId])) return rejected('audience');
    const identity = readIdentity(signed.claims);
    if (typeof identity === 'string') return rejected(identity);
    const reason = unexpected(signed.claims, identity, expected);
    return reason === null ? accepted(identity) : rejected(reason);
  };
}

function readIdentity(claims: VerifiedClaims): IdTokenClaims | TokenReason {
  const tenantId = identityClaim(claims, 'ctx');
  if (!isContextIdentifier(tenantId)) return 'ctx-malformed';
  const associateId = associateIdOf(claims);
  if (associateId === null) return 'associate';
  const serial = textClaim(claims, 'serial');
  if (serial === undefined) return 'serial';
  return {
    tenantId,
    associateId,
    isAdministrator: ['True', 'true'].includes(textClaim(claims, 'is_administrator') ?? ''),
    companyName: textClaim(claims, 'company_name') ?? '',
    serial,
    expiresAt: Number(claims.exp),
    upn: textClaim(claims, 'upn'),
    email: textClaim(claims, 'email'),
    webApiUrl: textClaim(claims, 'webapi_url'),
    systemToken: textClaim(claims, 'system_token'),
  };
}

/** Associates count from 1, in 32 bits. */
function associateIdOf(claims: VerifiedClaims): number | null {
  const digits = textClaim(claims, 'associateid') ?? '';
  const id = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  return id >= 1 && id < 2 ** 31 ? id : null;
}

function unexpected(
  claims: VerifiedClaims,
  identity: IdTokenClaims,
  expected: ExpectedSignIn,
): TokenReason | null {
  if ('refreshOf' in expected) {
    if (identity.tenantId !== expected.refreshOf.tenantId) return 'ctx-mismatch';
    return identity.associateId === expected.refreshOf.associateId ? null : 'associate-mismatch';
  }
  if (expected.nonce === '' || claims.nonce !== expected.nonce) return 'nonce';
  return expected.tenantId === undefined || identity.tenantId === expected.tenantId ? null : 'ctx-mismatch';
}
