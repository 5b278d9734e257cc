import type { VerifiedClaims } from './verify-jwt.ts';

const PREFIX = 'http://schemes.superoffice.net/identity/';

/** SuperOffice's own claim of this short name, undefined if absent (docs/superoffice/auth.md#32-claims). */
export function identityClaim(claims: VerifiedClaims, name: string): unknown {
  return claims[PREFIX + name];
}

/** The claim as a non-empty string without NUL, which no database keeps; otherwise undefined. */
export function textClaim(claims: VerifiedClaims, name: string): string | undefined {
  const value = identityClaim(claims, name);
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;
}

/**
 * True if the token is for one of `audiences` and nobody else; `aud` may be a string or an array
 * (docs/superoffice/auth.md#rule-9).
 */
export function hasOnlyAudience({ aud }: VerifiedClaims, audiences: readonly string[]): boolean {
  const named: unknown[] = Array.isArray(aud) ? aud : [aud];
  return named.length > 0 && named.every((value) => typeof value === 'string' && audiences.includes(value));
}
