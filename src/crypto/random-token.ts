import { createHash, randomBytes } from 'node:crypto';

/** A text nobody can guess: 32 random bytes in base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The SHA-256 of a text in base64url: as PKCE makes a challenge of a verifier (RFC 7636, S256), and as we keep codes. */
export function sha256Base64Url(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
