import { hash, randomBytes } from 'node:crypto';

/** A secret random string: 32 bytes in base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The SHA-256 of a UTF-8 string in base64url: the S256 code challenge of PKCE (RFC 7636), and the stored form of codes. */
export function sha256Base64Url(text: string): string {
  return hash('sha256', text, 'base64url');
}
