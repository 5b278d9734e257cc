import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

const modulusBits = 2048;
/**
 * The numbers of a key by the names of their XML elements, public ones first
 * (docs/superoffice/auth.md#52-signing).
 */
const publicElements = { Modulus: 'n', Exponent: 'e' } as const;
const privateElements = { P: 'p', Q: 'q', DP: 'dp', DQ: 'dq', InverseQ: 'qi', D: 'd' } as const;

/** A new key for an app. */
export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: modulusBits }).privateKey;
}

/** A private key as PEM (PKCS #8). */
export function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The public half of a private key as PEM: what the Developer Portal keeps. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

/** A private key as the Developer Portal gives it: RSAKeyValue XML; `publicOnly` leaves the secret numbers out. */
export function rsaKeyValueXml(key: KeyObject, { publicOnly }: { publicOnly: boolean }): string {
  const jwk = key.export({ format: 'jwk' });
  const elements = publicOnly ? publicElements : { ...publicElements, ...privateElements };
  const lines = Object.entries(elements).map(([element, name]) => {
    const number = Buffer.from(String(jwk[name]), 'base64url').toString('base64');
    return `<${element}>${number}</${element}>`;
  });
  return `<RSAKeyValue>${lines.join('')}</RSAKeyValue>`;
}
