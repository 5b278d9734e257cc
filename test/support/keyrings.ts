import { randomBytes } from 'node:crypto';
import { type Keyring, keyringSchema } from '../../src/crypto/keyring.ts';

/** A keyring's text as the environment holds it, with fresh keys of these ids. */
export function keyringText(...ids: readonly string[]): string {
  return ids.map((id) => `${id}:${randomBytes(32).toString('base64')}`).join(',');
}

export function newKeyring(...ids: readonly string[]): Keyring {
  return keyringSchema.parse(keyringText(...(ids.length > 0 ? ids : ['a'])));
}
