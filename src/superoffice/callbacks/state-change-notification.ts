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
  notice: {
    readonly tenantId: string;
    /** Finds the serial number of the tenant's database; null if the tenant is not installed. */
    readonly findSerial: () => Promise<string | null>;
  },
) => Promise<VerificationResult<StateChangeTokenClaims>>;

/**
 * The forms of an audience that SuperOffice uses in its other tokens (docs/superoffice/auth.md#41-issuer-and-audience);
 * `spn:` is followed by the client ID or by the serial number of the tenant's database.
 */
export const audienceForms = ['client-id', 'spn:client-id', 'spn:serial', 'none'] as const;

/** One of `audienceForms`. */
export type AudienceForm = (typeof audienceForms)[number];

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
  clientId,
  audiences,
  ...options
}: JwtVerifierOptions & {
  readonly issuer: string;
  readonly clientId: string;
  /** The accepted forms: no document names the one of this token. */
  readonly audiences: readonly AudienceForm[];
}): StateChangeTokenVerifier {
  const verifyJwt = createJwtVerifier(options);

  async function isAudienceAccepted(
    claims: VerifiedClaims,
    findSerial: () => Promise<string | null>,
  ): Promise<boolean> {
    if (claims.aud === undefined) return audiences.includes('none');
    const named = {
      'client-id': clientId,
      'spn:client-id': `spn:${clientId}`,
      'spn:serial': null,
      none: null,
    };
    const values = audiences.flatMap((form) => named[form] ?? []);
    if (hasOnlyAudience(claims, values)) return true;
    const serial = audiences.includes('spn:serial') ? await findSerial() : null;
    return serial !== null && hasOnlyAudience(claims, [`spn:${serial}`]);
  }

  return async (token, { tenantId, findSerial }) => {
    const result = await verifyJwt(token);
    if (!result.valid) return result;
    const { claims } = result;
    if (claims.iss !== issuer) return rejected('issuer');
    if (!(await isAudienceAccepted(claims, findSerial))) return rejected('audience');
    const reason = checkProfile(claims, tenantId);
    return reason === null ? accepted({ expiresAt: Number(claims.exp) }) : rejected(reason);
  };
}

function checkProfile(claims: VerifiedClaims, tenantId: string): TokenReason | null {
  if ('nonce' in claims || signInClaims.some((name) => identityClaim(claims, name) !== undefined)) {
    return 'profile';
  }
  return (identityClaim(claims, 'ctx') ?? tenantId) === tenantId ? null : 'ctx-mismatch';
}
