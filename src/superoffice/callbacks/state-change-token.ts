import { hasOnlyAudience, identityClaim } from '../auth/claims.ts';
import {
  accepted,
  rejected,
  type TokenReason,
  type VerificationResult,
} from '../auth/verification-result.ts';
import { createJwtVerifier, type JwtVerifierDeps, type VerifiedClaims } from '../auth/verify-jwt.ts';

export interface StateChangeTokenClaims {
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export interface StateChangeTokenVerifierDeps extends JwtVerifierDeps {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

export type StateChangeTokenVerifier = (
  token: string,
  notice: { readonly tenantId: string },
) => Promise<VerificationResult<StateChangeTokenClaims>>;

/**
 * A guess: no document names the audience of a state change token
 * (docs/superoffice/web-api.md#71-state-change-notification). These are the forms SuperOffice uses in its
 * other tokens to the same client (docs/superoffice/auth.md#41-issuer-and-audience).
 */
export function assumedStateChangeAudiences(clientId: string): string[] {
  return [clientId, `spn:${clientId}`];
}

/**
 * What only a sign-in's token says: one that says it must not pass as a message about a tenant
 * (docs/superoffice/auth.md#rule-20).
 */
const SIGN_IN_CLAIMS = ['associateid', 'ticket'];

/** Verifies the `Token` of a state change notice; if it names a tenant, that must be the notice's own. */
export function createStateChangeTokenVerifier({
  issuer,
  audiences,
  ...deps
}: StateChangeTokenVerifierDeps): StateChangeTokenVerifier {
  const verifyClaims = createJwtVerifier(deps);
  return async (token, { tenantId }) => {
    const signed = await verifyClaims(token);
    if (!signed.valid) return signed;
    const reason = profileReason(signed.claims, issuer, audiences, tenantId);
    return reason === null ? accepted({ expiresAt: Number(signed.claims.exp) }) : rejected(reason);
  };
}

function profileReason(
  claims: VerifiedClaims,
  issuer: string,
  audiences: readonly string[],
  tenantId: string,
): TokenReason | null {
  if (claims.iss !== issuer) return 'issuer';
  if (!hasOnlyAudience(claims, audiences)) return 'audience';
  if ('nonce' in claims || SIGN_IN_CLAIMS.some((name) => identityClaim(claims, name) !== undefined))
    return 'profile';
  return (identityClaim(claims, 'ctx') ?? tenantId) === tenantId ? null : 'ctx-mismatch';
}
