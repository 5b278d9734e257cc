import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A key SuperOffice signs tokens with. `kid` and `x5t` are one thumbprint, in hex and in base64url. */
export interface SigningKey {
  readonly kid: string;
  readonly x5t: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface SigningKeys {
  /** The key that signs now. */
  current(): SigningKey;
  /** A key that is in no key set: what a forger would sign with. */
  foreign(): SigningKey;
  /** The published key set: every key in force, newest first. */
  jwks(): { keys: Record<string, string>[] };
  /** Signs with a new key from now on; the old ones stay published unless `dropOld`. */
  rotate(dropOld: boolean): void;
}

/** Makes a key set with one fresh RSA 2048 key. */
export function createSigningKeys(): SigningKeys {
  let published = [makeKey()];
  let current = published[0] ?? makeKey();
  let foreign: SigningKey | undefined;
  return {
    current: () => current,
    foreign: () => {
      foreign ??= makeKey();
      return foreign;
    },
    jwks: () => ({ keys: published.map(toJwk) }),
    rotate: (dropOld) => {
      current = makeKey();
      published = dropOld ? [current] : [current, ...published];
    },
  };
}

/**
 * The thumbprint is taken of the public key (SPKI), as Node makes no certificates: the real one is the SHA-1
 * of the signing certificate. To a client it is an opaque key hint either way
 * (docs/superoffice/auth.md#42-signing-keys).
 */
function makeKey(): SigningKey {
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
 * An entry of the key set as in the vendor's test data, less `x5c`
 * (docs/superoffice/auth.md#42-signing-keys).
 */
function toJwk(key: SigningKey): Record<string, string> {
  const { n = '', e = '' } = key.publicKey.export({ format: 'jwk' });
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid: key.kid, x5t: key.x5t, n, e };
}
