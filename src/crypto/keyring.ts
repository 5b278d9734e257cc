import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A 256-bit key and its id. */
export interface NamedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The current key encrypts and signs; every key decrypts and verifies. */
export interface Keyring {
  readonly current: NamedKey;
  readonly byId: ReadonlyMap<string, KeyObject>;
}

const entryPattern = /^([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/]+={0,2})$/;
const keyBytes = 32;

/** Parses `id:base64,id:base64`, the current key first, 32 bytes each. Its issues do not contain the input. */
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
  const [, id, base64] = entryPattern.exec(text) ?? [];
  if (id === undefined || base64 === undefined) return null;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === keyBytes ? { id, key: createSecretKey(bytes) } : null;
}
