import jwt from 'jsonwebtoken';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import { type DecodedJwt, decodeJwt } from './decode-jwt.ts';
import type { Jwks, KeyHint } from './jwks.ts';
import { accepted, rejected, type TokenReason, type VerificationResult } from './verification-result.ts';

/** The claims of a token whose signature and times hold; who issued it for whom is still to be checked. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

export interface JwtVerifierDeps {
  readonly jwks: Jwks;
  readonly now: () => number;
  /** Allowed clock difference in seconds, 0 to 300 (docs/superoffice/auth.md#rule-10). */
  readonly skewSeconds?: number;
}

const ALGORITHM = 'RS256';
const MOST_SKEW_SECONDS = 300;

/**
 * What every SuperOffice token must pass before its profile is looked at (docs/superoffice/auth.md#rule-1 to
 * #rule-3, #rule-10 and #rule-11). Never throws for a token, whatever it holds; throws a RangeError at once
 * for a skew out of bounds.
 */
export function createJwtVerifier({ jwks, now, skewSeconds = 60 }: JwtVerifierDeps) {
  if (!(skewSeconds >= 0 && skewSeconds <= MOST_SKEW_SECONDS)) {
    throw new RangeError(`skewSeconds must be between 0 and ${MOST_SKEW_SECONDS}`);
  }
  return async (token: string): Promise<VerificationResult<VerifiedClaims>> => {
    const parts = decodeJwt(token);
    // RFC 7515 4.1.11: an extension we do not know may change what the token means.
    if (parts === null || 'crit' in parts.header) return rejected('malformed');
    if (parts.header.alg !== ALGORITHM) return rejected('algorithm');
    const key = await findKey(jwks, keyHint(parts));
    if (typeof key === 'string') return rejected(key);
    const reason =
      cryptoReason(token, key, Math.floor(now() / 1000), skewSeconds) ?? timeReason(parts.payload);
    return reason === null ? accepted(parts.payload) : rejected(reason);
  };
}

function keyHint({ header }: DecodedJwt): KeyHint {
  const { kid, x5t } = header;
  return {
    ...(typeof kid === 'string' ? { kid } : {}),
    ...(typeof x5t === 'string' ? { x5t } : {}),
  };
}

async function findKey(jwks: Jwks, hint: KeyHint) {
  try {
    return (await jwks.keyFor(hint)) ?? 'key-unknown';
  } catch (error) {
    if (error instanceof SuperOfficeError) return 'keys-unreachable';
    throw error;
  }
}

function cryptoReason(
  token: string,
  key: jwt.Secret,
  clockTimestamp: number,
  clockTolerance: number,
): TokenReason | null {
  try {
    jwt.verify(token, key, { algorithms: [ALGORITHM], clockTimestamp, clockTolerance });
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): TokenReason {
  if (error instanceof jwt.TokenExpiredError) return 'expired';
  if (error instanceof jwt.NotBeforeError) return 'not-yet-valid';
  // The library tells a time of a wrong type, seen only after the signature held, by its message alone.
  if (error instanceof Error && /^invalid (exp|nbf) value$/.test(error.message)) return 'time-claims';
  return 'signature';
}

function timeReason({ exp, nbf, iat }: VerifiedClaims): TokenReason | null {
  if (!Number.isFinite(exp) || !Number.isFinite(nbf)) return 'time-claims';
  // SuperOffice has sent `iat` both as number and as digit string (docs/superoffice/auth.md#33-type-of-iat).
  const plausible =
    iat === undefined || Number.isFinite(iat) || (typeof iat === 'string' && /^\d+$/.test(iat));
  return plausible ? null : 'iat';
}
