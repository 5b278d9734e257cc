import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { parseRsaKeyValue } from './rsa-key-value.ts';

export type PrivateKeyProblem =
  | 'empty'
  | 'encrypted'
  | 'unreadable'
  | 'not-rsa'
  | 'too-short'
  | 'inconsistent';

/** A private key that cannot be used; its message says why and holds nothing of the key. */
export class PrivateKeyError extends Error {
  override readonly name = 'PrivateKeyError';
  readonly code: PrivateKeyProblem;

  constructor(code: PrivateKeyProblem) {
    super(`The private key cannot be used: ${code}. Give an unencrypted RSA key as PEM or RSAKeyValue XML.`);
    this.code = code;
  }
}

const LEAST_MODULUS_BITS = 2048;

/**
 * The app's RSA key from a PEM (PKCS#1 or PKCS#8; line breaks may be written as `\n`, as environment files
 * do) or from the Developer Portal's RSAKeyValue XML (docs/superoffice/auth.md#51-preconditions and
 * #52-signing). Throws a PrivateKeyError.
 */
export function parsePrivateKey(text: string): KeyObject {
  const trimmed = text.trim();
  if (trimmed === '') throw new PrivateKeyError('empty');
  const key = trimmed.startsWith('<') ? fromXml(trimmed) : fromPem(trimmed.replaceAll('\\n', '\n'));
  if (key.asymmetricKeyType !== 'rsa') throw new PrivateKeyError('not-rsa');
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_MODULUS_BITS)
    throw new PrivateKeyError('too-short');
  if (!indicators(key)) throw new PrivateKeyError('inconsistent');
  return key;
}

function fromPem(pem: string): KeyObject {
  if (pem.includes('ENCRYPTED')) throw new PrivateKeyError('encrypted');
  return readable(() => createPrivateKey(pem));
}

function fromXml(xml: string): KeyObject {
  const jwk = parseRsaKeyValue(xml);
  if (jwk === null) throw new PrivateKeyError('unreadable');
  return readable(() => createPrivateKey({ key: { ...jwk }, format: 'jwk' }));
}

function readable(create: () => KeyObject): KeyObject {
  try {
    return create();
  } catch {
    throw new PrivateKeyError('unreadable');
  }
}

/** An XML whose numbers do not belong together is taken in silently and fails only at the first signature. */
function indicators(key: KeyObject): boolean {
  const probe = Buffer.from('planlens');
  try {
    return verify('RSA-SHA256', probe, createPublicKey(key), sign('RSA-SHA256', probe, key));
  } catch {
    return false;
  }
}
