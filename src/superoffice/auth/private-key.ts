import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { parseRsaKeyValue } from './rsa-key-value.ts';

/** Why a private key cannot be used. */
export type PrivateKeyProblem =
  | 'empty'
  | 'encrypted'
  | 'unreadable'
  | 'not-rsa'
  | 'too-short'
  | 'inconsistent';

/** A private key that cannot be used. The message states why and contains no part of the key. */
export class PrivateKeyError extends Error {
  override readonly name = 'PrivateKeyError';
  readonly code: PrivateKeyProblem;

  constructor(code: PrivateKeyProblem) {
    super(`The private key cannot be used: ${code}. Give an unencrypted RSA key as PEM or RSAKeyValue XML.`);
    this.code = code;
  }
}

const minModulusBits = 2048;

/**
 * Parses the app's RSA key (docs/superoffice/auth.md#51-preconditions and #52-signing): PEM (PKCS#1 or
 * PKCS#8, line breaks optionally written as `\n`, as in environment files) or the Developer Portal's
 * RSAKeyValue XML.
 * @throws PrivateKeyError if the key cannot be used
 */
export function parsePrivateKey(text: string): KeyObject {
  const trimmed = text.trim();
  if (trimmed === '') throw new PrivateKeyError('empty');
  const key = trimmed.startsWith('<') ? fromXml(trimmed) : fromPem(trimmed.replaceAll('\\n', '\n'));
  if (key.asymmetricKeyType !== 'rsa') throw new PrivateKeyError('not-rsa');
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < minModulusBits) throw new PrivateKeyError('too-short');
  if (!isConsistent(key)) throw new PrivateKeyError('inconsistent');
  return key;
}

/** Generates a new RSA private key. */
export function generatePrivateKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: minModulusBits }).privateKey;
}

/** The private key as PEM (PKCS#8). */
export function toPrivatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The public key of a private key as PEM (SPKI), for the Developer Portal. */
export function toPublicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

function fromPem(pem: string): KeyObject {
  if (pem.includes('ENCRYPTED')) throw new PrivateKeyError('encrypted');
  return importKey(() => createPrivateKey(pem));
}

function fromXml(xml: string): KeyObject {
  const jwk = parseRsaKeyValue(xml);
  if (jwk === null) throw new PrivateKeyError('unreadable');
  return importKey(() => createPrivateKey({ key: { ...jwk }, format: 'jwk' }));
}

function importKey(create: () => KeyObject): KeyObject {
  try {
    return create();
  } catch {
    throw new PrivateKeyError('unreadable');
  }
}

/**
 * Node.js imports XML parameters that do not match each other without an error; only a signature reveals it.
 */
function isConsistent(key: KeyObject): boolean {
  const probe = Buffer.from('planlens');
  try {
    return verify('RSA-SHA256', probe, createPublicKey(key), sign('RSA-SHA256', probe, key));
  } catch {
    return false;
  }
}
