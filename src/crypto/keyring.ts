import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

export interface NamedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Keys by age: the first one encrypts or signs, every one of them decrypts or verifies. */
export interface Keyring {
  readonly current: NamedKey;
  readonly byId: ReadonlyMap<string, KeyObject>;
}

const entry = /^([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/]+={0,2})$/;
const keyBytes = 32;

/** Parses `id:base64,id:base64` (each key 32 bytes). Its problems are worded without the keys. */
export const keyringSchema = z.string().transform((text, context): Keyring => {
  const keys = text.split(',').map((part) => parseEntry(part.trim()));
  const [current] = keys;
  const named = keys.filter((key) => key !== null);
  const byId = new Map(named.map(({ id, key }) => [id, key]));
  if (current && named.length === keys.length && byId.size === keys.length) return { current, byId };
  context.addIssue(
    `must be "id:base64" entries separated by commas, ids different, each key ${keyBytes} bytes`,
  );
  return z.NEVER;
});

function parseEntry(text: string): NamedKey | null {
  const [, id, base64] = entry.exec(text) ?? [];
  if (id === undefined || base64 === undefined) return null;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === keyBytes ? { id, key: createSecretKey(bytes) } : null;
}
