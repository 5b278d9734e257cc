import { z } from 'zod';
import {
  accepted,
  rejected,
  type TokenReason,
  type VerificationResult,
} from '../auth/verification-result.ts';
import {
  createJwtVerifier,
  hasOnlyAudience,
  identityClaim,
  type JwtVerifierOptions,
  type VerifiedClaims,
} from '../auth/verify-jwt.ts';

/**
 * The announced changes of a tenant's state, in the order of their `ChangeType` numbers
 * (docs/superoffice/web-api.md#71-state-change-notification).
 */
const stateChanges = ['upgrade', 'backup-restored', 'suspend', 'resume', 'delete', 'move'] as const;

/** One of `stateChanges`. */
type StateChange = (typeof stateChanges)[number];

/** A state-change notification: a hint to read the tenant state, trusted only after its token is verified. */
export interface StateChangeNotification {
  readonly tenantId: string;
  readonly change: StateChange;
  readonly token: string;
}

const noticeSchema = z.looseObject({
  ChangeType: z
    .int()
    .min(0)
    .max(stateChanges.length - 1),
  ContextIdentifier: z.string().regex(/^Cust\d{1,10}$/),
  Token: z.string().min(1).max(10_000),
});

/** Parses the body of a state-change notification, without verifying its token. */
export function readStateChange(body: unknown): z.ZodSafeParseResult<StateChangeNotification> {
  return noticeSchema
    .transform(({ ChangeType, ContextIdentifier, Token }): StateChangeNotification => {
      // The schema limits ChangeType to the list.
      return { tenantId: ContextIdentifier, change: stateChanges[ChangeType] as StateChange, token: Token };
    })
    .safeParse(body);
}

/** The claims of a verified state-change token that the app uses. */
interface StateChangeTokenClaims {
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** Verifies the token of a notification. Reports an invalid token in the result. */
export type StateChangeTokenVerifier = (
  token: string,
  notice: { readonly tenantId: string },
) => Promise<VerificationResult<StateChangeTokenClaims>>;

/**
 * Assumption: no document names the audience of a state-change token
 * (docs/superoffice/web-api.md#71-state-change-notification). These are the forms that SuperOffice uses in
 * other tokens for the same client (docs/superoffice/auth.md#41-issuer-and-audience).
 */
export function assumedStateChangeAudiences(clientId: string): string[] {
  return [clientId, `spn:${clientId}`];
}

/**
 * Claims of sign-in tokens. A token with one of them is not a state-change token
 * (docs/superoffice/auth.md#rule-20).
 */
const signInClaims = ['associateid', 'ticket'];

/**
 * Verifies the `Token` of a state-change notification. A `ctx` claim, if present, must match the
 * notification.
 */
export function createStateChangeTokenVerifier({
  issuer,
  audiences,
  ...options
}: JwtVerifierOptions & {
  readonly issuer: string;
  readonly audiences: readonly string[];
}): StateChangeTokenVerifier {
  const verifyJwt = createJwtVerifier(options);
  return async (token, { tenantId }) => {
    const result = await verifyJwt(token);
    if (!result.valid) return result;
    const reason = checkProfile(result.claims, issuer, audiences, tenantId);
    return reason === null ? accepted({ expiresAt: Number(result.claims.exp) }) : rejected(reason);
  };
}

function checkProfile(
  claims: VerifiedClaims,
  issuer: string,
  audiences: readonly string[],
  tenantId: string,
): TokenReason | null {
  if (claims.iss !== issuer) return 'issuer';
  if (!hasOnlyAudience(claims, audiences)) return 'audience';
  if ('nonce' in claims || signInClaims.some((name) => identityClaim(claims, name) !== undefined)) {
    return 'profile';
  }
  return (identityClaim(claims, 'ctx') ?? tenantId) === tenantId ? null : 'ctx-mismatch';
}
