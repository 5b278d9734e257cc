import { randomBytes } from 'node:crypto';
import { type Keyring, keyringSchema } from '../../src/crypto/keyring.ts';

/** The environment value of a keyring with random keys of these ids. */
export function keyringText(...ids: readonly string[]): string {
  return ids.map((id) => `${id}:${randomBytes(32).toString('base64')}`).join(',');
}

/** A keyring with random keys of these ids; by default one key, `a`. */
export function newKeyring(...ids: readonly string[]): Keyring {
  return keyringSchema.parse(keyringText(...(ids.length > 0 ? ids : ['a'])));
}
