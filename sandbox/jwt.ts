import { createHmac, type KeyObject, sign } from 'node:crypto';

export type Claims = Record<string, string | number>;

/**
 * The defects that a test can inject into the next token of a kind. `none` and `hs256` are the classic forgeries:
 * no signature, and an HMAC keyed with the public key.
 */
export const tokenDefects = [
  'expired',
  'not-yet-valid',
  'foreign-audience',
  'foreign-issuer',
  'foreign-key',
  'unknown-key-id',
  'tampered',
  'other-tenant',
  'no-nonce',
  'hs256',
  'none',
] as const;
export type TokenDefect = (typeof tokenDefects)[number];

/** A compact JWT signed with RS256; `header` needs no `alg`. */
export function signJwt(header: Record<string, string>, claims: Claims, privateKey: KeyObject): string {
  const input = `${encode({ typ: 'JWT', alg: 'RS256', ...header })}.${encode(claims)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** A JWT that claims to be unsigned. */
export function unsignedJwt(header: Record<string, string>, claims: Claims): string {
  return `${encode({ typ: 'JWT', ...header, alg: 'none' })}.${encode(claims)}.`;
}

/** A JWT signed by HMAC-SHA256 with the PEM text of the public key as the secret. */
export function hmacJwt(header: Record<string, string>, claims: Claims, publicKey: KeyObject): string {
  const input = `${encode({ typ: 'JWT', ...header, alg: 'HS256' })}.${encode(claims)}`;
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

/** The same token with one claim changed after it was signed. */
export function tamperedJwt(token: string, claim: string, value: string): string {
  const [header, payload, signature] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  return `${header}.${encode({ ...Object(claims), [claim]: value })}.${signature}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
