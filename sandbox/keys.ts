import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A key that SuperOffice signs tokens with. `kid` and `x5t` are the same thumbprint in hex and base64url. */
export interface SigningKey {
  readonly kid: string;
  readonly x5t: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface SigningKeys {
  /** The current signing key. */
  current(): SigningKey;
  /** A key that is not published, as a forger would use. */
  foreign(): SigningKey;
  /** The published JWKS: every valid key, newest first. */
  jwks(): { keys: Record<string, string>[] };
  /** Switches to a new key; the old keys stay published unless `dropOld`. */
  rotate(dropOld: boolean): void;
}

/** Creates a key set with one key. */
export function createSigningKeys(first: SigningKey): SigningKeys {
  let published = [first];
  let current = first;
  let foreign: SigningKey | undefined;
  return {
    current: () => current,
    foreign: () => {
      foreign ??= generateSigningKey();
      return foreign;
    },
    jwks: () => ({ keys: published.map(toJwk) }),
    rotate: (dropOld) => {
      current = generateSigningKey();
      published = dropOld ? [current] : [current, ...published];
    },
  };
}

/**
 * Generates an RSA 2048 key. The thumbprint is that of the public key (SPKI), because Node creates no certificates; the real one is the SHA-1
 * of the signing certificate. A client treats either as an opaque key id
 * (docs/superoffice/auth.md#42-signing-keys).
 */
export function generateSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const thumbprint = createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
  return {
    kid: thumbprint.toString('hex').toUpperCase(),
    x5t: thumbprint.toString('base64url'),
    privateKey,
    publicKey,
  };
}

/**
 * An entry of the JWKS as in SuperOffice's test data, without `x5c`
 * (docs/superoffice/auth.md#42-signing-keys).
 */
function toJwk(key: SigningKey): Record<string, string> {
  const { n = '', e = '' } = key.publicKey.export({ format: 'jwk' });
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid: key.kid, x5t: key.x5t, n, e };
}
