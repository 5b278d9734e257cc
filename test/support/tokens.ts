import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { VerificationResult } from '../../src/superoffice/auth/verification-result.ts';

/** The moment all tokens made here are about, in milliseconds since 1970. */
export const testTime = Date.UTC(2026, 1, 23, 10, 30, 15);
export const now = () => testTime;
/** The same in the whole seconds tokens count in. */
export const seconds = Math.floor(testTime / 1000);
export const testIssuer = 'https://sod.superoffice.com';
export const testClientId = '0123456789abcdef0123456789abcdef';
export const testTenant = { tenantId: 'Cust12345', serial: '1801550193', associateId: 5 } as const;
export const testNonce = 'n-0S6_WzA2Mj';
const identityClaimPrefix = 'http://schemes.superoffice.net/identity/';

export type Claims = Record<string, unknown>;
export interface SigningPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** A self-signed certificate, DER. */
  readonly certificate: Buffer;
  /** SHA-1 of the certificate, base64url and upper-case hex: SuperOffice's `x5t` and `kid`. */
  readonly x5t: string;
  readonly kid: string;
}

/** A new RSA key with a certificate, as SuperOffice has one per environment. */
export function createSigningPair(modulusLength = 2048): SigningPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const certificate = selfSigned(publicKey, privateKey);
  const digest = createHash('sha1').update(certificate).digest();
  const kid = digest.toString('hex').toUpperCase();
  return { publicKey, privateKey, certificate, x5t: digest.toString('base64url'), kid };
}

/** The pair's JWKS entry with every field SuperOffice is known to send; an override of undefined removes a field. */
export function toJwk(pair: SigningPair, overrides: Claims = {}): Claims {
  const { n, e } = pair.publicKey.export({ format: 'jwk' });
  const { kid, x5t } = pair;
  const x5c = [pair.certificate.toString('base64')];
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t, n, e, x5c, ...overrides };
}

/** A compact RS256 token; header and payload are taken as given, however wrong. */
export function signToken(pair: SigningPair, payload: unknown, header: Claims = { x5t: pair.x5t }): string {
  const signed = `${encode({ typ: 'JWT', alg: 'RS256', ...header })}.${encode(payload)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), pair.privateKey).toString('base64url')}`;
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** SuperOffice's own claims under their full names. */
export function identity(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [identityClaimPrefix + name, value]),
  );
}

const times = { nbf: seconds - 60, exp: seconds + 300 };

/** A good id_token's payload. `claims` are standard claims, `own` SuperOffice's; undefined removes one. */
export function idTokenPayload(claims: Claims = {}, own: Claims = {}): Claims {
  return {
    sub: 'user@example.com',
    ...identity({
      associateid: String(testTenant.associateId),
      identityprovider: 'superoffice-online',
      email: 'user@example.com',
      upn: 'user@example.com',
      ctx: testTenant.tenantId,
      is_administrator: 'False',
      serial: testTenant.serial,
      company_name: 'Example Company',
      netserver_url: 'https://sod2.superoffice.com/Cust12345/Remote/Services88/',
      webapi_url: 'https://sod2.superoffice.com/Cust12345/api/',
      system_token: 'Planlens-AbC123xYz9',
      ...own,
    }),
    nonce: testNonce,
    iat: String(seconds),
    iss: testIssuer,
    aud: testClientId,
    ...times,
    ...claims,
  };
}

/** A good system user JWT's payload. */
export function systemUserPayload(claims: Claims = {}, own: Claims = {}): Claims {
  const about = { ticket: '7T:MAAzAGEA', ctx: testTenant.tenantId, serial: testTenant.serial, ...own };
  return { iss: 'SuperOffice AS', aud: `spn:${testTenant.serial}`, ...times, ...identity(about), ...claims };
}

/** A good state change token's payload, as far as its form is known. */
export function stateChangePayload(claims: Claims = {}, own: Claims = {}): Claims {
  return {
    iss: testIssuer,
    aud: testClientId,
    ...times,
    ...identity({ ctx: testTenant.tenantId, ...own }),
    ...claims,
  };
}

/** The one word for a verdict: `valid` or the reason against the token. */
export function toOutcome(verdict: VerificationResult<unknown>): string {
  return verdict.valid ? 'valid' : verdict.reason;
}

/** The least X.509 certificate (version 1) that carries a key. */
function selfSigned(publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const sha256WithRsa = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('Federated Login')));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(0x30, utcTime('200101000000Z'), utcTime('491231235959Z'));
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' });
  const body = der(0x30, der(0x02, Buffer.from([1])), sha256WithRsa, name, validity, name, subjectKey);
  const signature = sign('RSA-SHA256', body, privateKey);
  return der(0x30, body, sha256WithRsa, der(0x03, Buffer.from([0]), signature));
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
