import { hasOnlyAudience, identityClaim, textClaim } from './claims.ts';
import { accepted, rejected, type TokenReason, type VerificationResult } from './verification-result.ts';
import { createJwtVerifier, type JwtVerifierDeps, type VerifiedClaims } from './verify-jwt.ts';

/** The tenant a system user JWT must be for; `serial` comes from that tenant's verified id_token. */
export interface SystemUserJwtTenant {
  readonly tenantId: string;
  readonly serial: string;
}

/** The credential the JWT carries: a secret. */
export interface SystemUserJwtClaims {
  readonly ticket: string;
}

export type SystemUserJwtVerifier = (
  token: string,
  tenant: SystemUserJwtTenant,
) => Promise<VerificationResult<SystemUserJwtClaims>>;

const ISSUER = 'SuperOffice AS';
/** What an HTTP header can hold without quoting; a ticket with anything else was not made by SuperOffice. */
const TICKET = /^[\x21-\x7e]+$/;

/**
 * Verifies system user JWTs (docs/superoffice/auth.md#rule-15): its audience is our stored serial, never the
 * token's own.
 */
export function createSystemUserJwtVerifier(deps: JwtVerifierDeps): SystemUserJwtVerifier {
  const verifyClaims = createJwtVerifier(deps);
  return async (token, tenant) => {
    const signed = await verifyClaims(token);
    if (!signed.valid) return signed;
    const reason = profileReason(signed.claims, tenant);
    if (reason !== null) return rejected(reason);
    const ticket = textClaim(signed.claims, 'ticket') ?? '';
    return TICKET.test(ticket) ? accepted({ ticket }) : rejected('ticket');
  };
}

function profileReason(
  claims: VerifiedClaims,
  { tenantId, serial }: SystemUserJwtTenant,
): TokenReason | null {
  if (claims.iss !== ISSUER) return 'issuer';
  if (serial === '') return 'serial';
  if (!hasOnlyAudience(claims, [`spn:${serial}`])) return 'audience';
  if ((identityClaim(claims, 'ctx') ?? tenantId) !== tenantId) return 'ctx-mismatch';
  return (identityClaim(claims, 'serial') ?? serial) === serial ? null : 'serial';
}
