import { accepted, rejected, type TokenReason, type VerificationResult } from './verification-result.ts';
import {
  createJwtVerifier,
  hasOnlyAudience,
  identityClaim,
  type JwtVerifierOptions,
  textClaim,
  type VerifiedClaims,
} from './verify-jwt.ts';

/** The tenant that a system user JWT must belong to. `serial` comes from the tenant's verified id_token. */
interface SystemUserJwtTenant {
  readonly tenantId: string;
  readonly serial: string;
}

/** The claims of a verified system user JWT that the app uses. */
interface SystemUserJwtClaims {
  /** A secret: the credential for API calls as the system user. */
  readonly ticket: string;
}

/** Verifies a system user JWT for one tenant. Reports an invalid token in the result. */
export type SystemUserJwtVerifier = (
  token: string,
  tenant: SystemUserJwtTenant,
) => Promise<VerificationResult<SystemUserJwtClaims>>;

const issuer = 'SuperOffice AS';
/** The characters of an HTTP header value that need no quoting. */
const ticketPattern = /^[\x21-\x7e]+$/;

/**
 * Verifies system user JWTs (docs/superoffice/auth.md#rule-15). The expected audience is the stored serial of
 * the tenant, never the serial in the token.
 */
export function createSystemUserJwtVerifier(options: JwtVerifierOptions): SystemUserJwtVerifier {
  const verifyJwt = createJwtVerifier(options);
  return async (token, tenant) => {
    const result = await verifyJwt(token);
    if (!result.valid) return result;
    const reason = checkProfile(result.claims, tenant);
    if (reason !== null) return rejected(reason);
    const ticket = textClaim(result.claims, 'ticket') ?? '';
    return ticketPattern.test(ticket) ? accepted({ ticket }) : rejected('ticket');
  };
}

function checkProfile(claims: VerifiedClaims, { tenantId, serial }: SystemUserJwtTenant): TokenReason | null {
  if (claims.iss !== issuer) return 'issuer';
  if (serial === '') return 'serial';
  if (!hasOnlyAudience(claims, [`spn:${serial}`])) return 'audience';
  if ((identityClaim(claims, 'ctx') ?? tenantId) !== tenantId) return 'ctx-mismatch';
  return (identityClaim(claims, 'serial') ?? serial) === serial ? null : 'serial';
}
