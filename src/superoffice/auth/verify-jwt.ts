import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isStorableText } from '../../storable-text.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import { type DecodedJwt, decodeJwt } from './decode-jwt.ts';
import type { Jwks, KeyHint } from './jwks.ts';
import { accepted, rejected, type TokenReason, type VerificationResult } from './verification-result.ts';

/** The claims of a token with a valid signature and lifetime; issuer and audience are not checked yet. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

/** What every JWT verifier needs. */
export interface JwtVerifierOptions {
  readonly jwks: Jwks;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Allowed clock skew in seconds, 0 to 300 (docs/superoffice/auth.md#rule-10). */
  readonly skewSeconds?: number;
}

const algorithm = 'RS256';
const maxSkewSeconds = 300;
const identityClaimPrefix = 'http://schemes.superoffice.net/identity/';

/**
 * Checks that apply to every SuperOffice token: form, algorithm, signature and times
 * (docs/superoffice/auth.md#rule-1 to #rule-3, #rule-10 and #rule-11). The verifier reports an invalid token
 * in its result and never throws for it.
 * @throws RangeError if `skewSeconds` is out of range
 */
export function createJwtVerifier({ jwks, now, skewSeconds = 60 }: JwtVerifierOptions) {
  if (!(skewSeconds >= 0 && skewSeconds <= maxSkewSeconds)) {
    throw new RangeError(`skewSeconds must be between 0 and ${maxSkewSeconds}`);
  }
  return async (token: string): Promise<VerificationResult<VerifiedClaims>> => {
    const decoded = decodeJwt(token);
    // RFC 7515 4.1.11: an unknown critical extension may change the meaning of the token.
    if (decoded === null || 'crit' in decoded.header) return rejected('malformed');
    if (decoded.header.alg !== algorithm) return rejected('algorithm');
    const key = await findKey(jwks, getKeyHint(decoded));
    if (typeof key === 'string') return rejected(key);
    const reason =
      checkSignature(token, key, Math.floor(now() / 1000), skewSeconds) ?? checkTimeClaims(decoded.payload);
    return reason === null ? accepted(decoded.payload) : rejected(reason);
  };
}

/** The SuperOffice claim with this short name, undefined if absent (docs/superoffice/auth.md#32-claims). */
export function identityClaim(claims: VerifiedClaims, name: string): unknown {
  return claims[identityClaimPrefix + name];
}

/** The SuperOffice claim as a non-empty string that PostgreSQL can store; otherwise undefined. */
export function textClaim(claims: VerifiedClaims, name: string): string | undefined {
  const value = identityClaim(claims, name);
  return typeof value === 'string' && value !== '' && isStorableText(value) ? value : undefined;
}

/**
 * True if `aud`, a string or an array, contains only the given audiences (docs/superoffice/auth.md#rule-9).
 */
export function hasOnlyAudience({ aud }: VerifiedClaims, audiences: readonly string[]): boolean {
  const values: unknown[] = Array.isArray(aud) ? aud : [aud];
  return values.length > 0 && values.every((value) => typeof value === 'string' && audiences.includes(value));
}

function getKeyHint({ header }: DecodedJwt): KeyHint {
  const { kid, x5t } = header;
  return {
    ...(typeof kid === 'string' ? { kid } : {}),
    ...(typeof x5t === 'string' ? { x5t } : {}),
  };
}

async function findKey(jwks: Jwks, hint: KeyHint): Promise<KeyObject | 'key-unknown' | 'keys-unreachable'> {
  try {
    return (await jwks.findKey(hint)) ?? 'key-unknown';
  } catch (error) {
    if (error instanceof SuperOfficeError) return 'keys-unreachable';
    throw error;
  }
}

function checkSignature(
  token: string,
  key: KeyObject,
  clockTimestamp: number,
  clockTolerance: number,
): TokenReason | null {
  try {
    jwt.verify(token, key, { algorithms: [algorithm], clockTimestamp, clockTolerance });
    return null;
  } catch (error) {
    return toReason(error);
  }
}

function toReason(error: unknown): TokenReason {
  if (error instanceof jwt.TokenExpiredError) return 'expired';
  if (error instanceof jwt.NotBeforeError) return 'not-yet-valid';
  // After it has verified the signature, the library reports a time of the wrong type only by its message.
  if (error instanceof Error && /^invalid (exp|nbf) value$/.test(error.message)) return 'time-claims';
  return 'signature';
}

function checkTimeClaims({ exp, nbf, iat }: VerifiedClaims): TokenReason | null {
  if (!Number.isFinite(exp) || !Number.isFinite(nbf)) return 'time-claims';
  // SuperOffice has sent both a number and a string of digits (docs/superoffice/auth.md#33-type-of-iat).
  const plausible =
    iat === undefined || Number.isFinite(iat) || (typeof iat === 'string' && /^\d+$/.test(iat));
  return plausible ? null : 'iat';
}
