import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { VerificationResult } from '../../src/superoffice/auth/verification-result.ts';

/** The current time of all tokens created here, in ms since 1970. */
export const testTime = Date.UTC(2026, 1, 23, 10, 30, 15);
export const now = () => testTime;
/** The same in seconds, the unit of token times. */
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

/** Creates an RSA key with a certificate, like the one of each SuperOffice environment. */
export function createSigningPair(modulusLength = 2048): SigningPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const certificate = createCertificate(publicKey, privateKey);
  const digest = createHash('sha1').update(certificate).digest();
  const kid = digest.toString('hex').toUpperCase();
  return { publicKey, privateKey, certificate, x5t: digest.toString('base64url'), kid };
}

/**
 * The pair's JWKS entry with every field that SuperOffice sends; an override of undefined removes a field.
 */
export function toJwk(pair: SigningPair, overrides: Claims = {}): Claims {
  const { n, e } = pair.publicKey.export({ format: 'jwk' });
  const { kid, x5t } = pair;
  const x5c = [pair.certificate.toString('base64')];
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t, n, e, x5c, ...overrides };
}

/** A compact RS256 token. Header and payload may be invalid. */
export function signToken(pair: SigningPair, payload: unknown, header: Claims = { x5t: pair.x5t }): string {
  const signed = `${encode({ typ: 'JWT', alg: 'RS256', ...header })}.${encode(payload)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), pair.privateKey).toString('base64url')}`;
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** SuperOffice claims under their full names. */
export function toIdentityClaims(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [identityClaimPrefix + name, value]),
  );
}

const times = { nbf: seconds - 60, exp: seconds + 300 };

/**
 * A valid id_token payload. `claims` override standard claims, `identityClaims` SuperOffice claims; undefined
 * removes one.
 */
export function idTokenPayload(claims: Claims = {}, identityClaims: Claims = {}): Claims {
  return {
    sub: 'user@example.com',
    ...toIdentityClaims({
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
      ...identityClaims,
    }),
    nonce: testNonce,
    iat: String(seconds),
    iss: testIssuer,
    aud: testClientId,
    ...times,
    ...claims,
  };
}

/** A valid system user JWT payload. */
export function systemUserPayload(claims: Claims = {}, identityClaims: Claims = {}): Claims {
  const systemUserClaims = {
    ticket: '7T:MAAzAGEA',
    ctx: testTenant.tenantId,
    serial: testTenant.serial,
    ...identityClaims,
  };
  return {
    iss: 'SuperOffice AS',
    aud: `spn:${testTenant.serial}`,
    ...times,
    ...toIdentityClaims(systemUserClaims),
    ...claims,
  };
}

/** A valid state-change token payload, as far as its form is known. */
export function stateChangePayload(claims: Claims = {}, identityClaims: Claims = {}): Claims {
  return {
    iss: testIssuer,
    aud: testClientId,
    ...times,
    ...toIdentityClaims({ ctx: testTenant.tenantId, ...identityClaims }),
    ...claims,
  };
}

/** Returns `valid` or the reason why the token is rejected. */
export function toOutcome(result: VerificationResult<unknown>): string {
  return result.valid ? 'valid' : result.reason;
}

/** A minimal X.509 certificate (version 1) for a key, DER. */
function createCertificate(publicKey: KeyObject, privateKey: KeyObject): Buffer {
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
