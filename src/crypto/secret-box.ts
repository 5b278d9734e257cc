import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';

/** Encrypts the secrets that the database stores: system user tokens, tickets and webhook secrets. */
export interface SecretBox {
  /**
   * Encrypts a text for one column of one tenant, e.g. the associated data `Cust12345/system_token`. Every call returns a
   * different ciphertext.
   */
  encrypt(plaintext: string, associatedData: string): string;
  /** @throws when the key is missing, the ciphertext was changed, or its associated data differ */
  decrypt(encrypted: string, associatedData: string): string;
  /** The id of the key that encrypts. A ciphertext starts with the id of its key and a dot. */
  readonly currentKeyId: string;
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Creates a box with the format `keyId.iv.ciphertext.tag`: AES-256-GCM, parts in base64url. */
export function createSecretBox(keyring: Keyring): SecretBox {
  return {
    currentKeyId: keyring.current.id,

    encrypt(plaintext, associatedData) {
      const { id, key } = keyring.current;
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(
        Buffer.from(associatedData),
      );
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const parts = [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'));
      return [id, ...parts].join('.');
    },

    decrypt(encrypted, associatedData) {
      const [id = '', ...parts] = encrypted.split('.');
      const key = keyring.byId.get(id);
      if (key === undefined) {
        throw new Error(`no encryption key named ${JSON.stringify(id)} for ${associatedData}`);
      }
      const [iv = noBytes, ciphertext = noBytes, tag = noBytes] = parts.map(decodePart);
      const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes })
        .setAAD(Buffer.from(associatedData))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    },
  };
}

const noBytes = Buffer.alloc(0);

/** Accepts only the canonical base64url text, so that a changed ciphertext never decrypts. */
function decodePart(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('the ciphertext is not canonical base64url');
  return bytes;
}
