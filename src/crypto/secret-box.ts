import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';

/** Encrypts what must never lie in the database in clear: system user tokens and webhook secrets. */
export interface SecretBox {
  /** Seals a text for one place, e.g. `Cust12345/system_token`; sealing twice gives two different texts. */
  encrypt(plain: string, place: string): string;
  /** Opens a sealed text; throws where the key is gone, the text was changed, or it was sealed for another place. */
  decrypt(sealed: string, place: string): string;
  /** The id of the key that seals; a sealed text begins with the id of its own, before the first dot. */
  readonly currentKeyId: string;
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** A box over a keyring: `keyId.iv.ciphertext.tag` in base64url, the place bound in as associated data. */
export function createSecretBox(keyring: Keyring): SecretBox {
  return {
    currentKeyId: keyring.current.id,

    encrypt(plain, place) {
      const { id, key } = keyring.current;
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(
        Buffer.from(place),
      );
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [id, ...[iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
        '.',
      );
    },

    decrypt(sealed, place) {
      const [id = '', ...parts] = sealed.split('.');
      const key = keyring.byId.get(id);
      if (key === undefined) throw new Error(`no encryption key named ${JSON.stringify(id)} for ${place}`);
      const [iv = nothing, ciphertext = nothing, tag = nothing] = parts.map(bytesOf);
      const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes })
        .setAAD(Buffer.from(place))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    },
  };
}

const nothing = Buffer.alloc(0);

/** Only the one spelling of some bytes: otherwise a sealed text could be altered and still open. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('a sealed text is not as it was written');
  return bytes;
}
