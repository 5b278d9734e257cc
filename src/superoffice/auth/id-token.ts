import { isContextIdentifier } from '../transport/endpoints.ts';
import { accepted, rejected, type TokenReason, type VerificationResult } from './verification-result.ts';
import {
  createJwtVerifier,
  hasOnlyAudience,
  identityClaim,
  type JwtVerifierOptions,
  textClaim,
  type VerifiedClaims,
} from './verify-jwt.ts';

/** The claims of a verified id_token that the app uses (docs/superoffice/auth.md#rule-18). */
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
  /** The system user token: a secret of the whole tenant. */
  readonly systemToken?: string | undefined;
  /** Who signed the user in; its values are hardly documented (docs/superoffice/auth.md#32-claims). */
  readonly identityProvider?: string | undefined;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/**
 * At sign-in: the nonce that was sent, and the tenant if known. At a refresh: the user of the previous token.
 */
type ExpectedSignIn =
  | { readonly nonce: string; readonly tenantId?: string }
  | { readonly refreshOf: { readonly tenantId: string; readonly associateId: number } };

/** Verifies an id_token. Reports an invalid token in the result. */
export type IdTokenVerifier = (
  token: string,
  expected: ExpectedSignIn,
) => Promise<VerificationResult<IdTokenClaims>>;

/** Verifies id_tokens of one environment and client (docs/superoffice/auth.md#rule-1 to #rule-14). */
export function createIdTokenVerifier({
  issuer,
  clientId,
  ...options
}: JwtVerifierOptions & {
  /** `https://{env}.superoffice.com`, lower case, without a path (docs/superoffice/auth.md#rule-8). */
  readonly issuer: string;
  readonly clientId: string;
}): IdTokenVerifier {
  const verifyJwt = createJwtVerifier(options);
  return async (token, expected) => {
    const result = await verifyJwt(token);
    if (!result.valid) return result;
    if (result.claims.iss !== issuer) return rejected('issuer');
    if (!hasOnlyAudience(result.claims, [clientId])) return rejected('audience');
    const identity = readIdentity(result.claims);
    if (typeof identity === 'string') return rejected(identity);
    const reason = compareWithExpected(result.claims, identity, expected);
    return reason === null ? accepted(identity) : rejected(reason);
  };
}

function readIdentity(claims: VerifiedClaims): IdTokenClaims | TokenReason {
  const tenantId = identityClaim(claims, 'ctx');
  if (!isContextIdentifier(tenantId)) return 'ctx-malformed';
  const associateId = readAssociateId(claims);
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
    identityProvider: textClaim(claims, 'identityprovider'),
  };
}

/** The associate's id, a positive 32-bit integer, or null. */
function readAssociateId(claims: VerifiedClaims): number | null {
  const digits = textClaim(claims, 'associateid') ?? '';
  const id = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  return id >= 1 && id < 2 ** 31 ? id : null;
}

function compareWithExpected(
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
