import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
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
/** A random key of 32 bytes has about 30 different values; fewer than this happens less than once in 10^11 keys. */
const minDifferentBytes = 20;

/**
 * Parses `id:base64,id:base64`, the current key first, 32 random bytes each, all different. Its issues do not contain the
 * input.
 */
export const keyringSchema = z.string().transform((text, context): Keyring => {
  const keys = text.split(',').map((part) => parseEntry(part.trim()));
  const [current] = keys;
  const named = keys.filter((key) => key !== null);
  const byId = new Map(named.map(({ id, key }) => [id, key]));
  const problem = findProblem(named, keys.length);
  if (current && problem === null) return { current, byId };
  context.addIssue(problem ?? 'is missing or empty');
  return z.NEVER;
});

function findProblem(named: readonly NamedKey[], entries: number): string | null {
  if (named.length < entries || new Set(named.map(({ id }) => id)).size < entries)
    return `must be "id:base64" entries separated by commas, ids different, each key ${keyBytes} bytes`;
  const weak = named.find(({ key }) => !looksRandom(key.export()));
  if (weak !== undefined)
    return `key "${weak.id}" is not random: generate it with "openssl rand -base64 ${keyBytes}"`;
  const repeated = named.find(({ key }, index) =>
    named.slice(0, index).some((other) => other.key.equals(key)),
  );
  return repeated === undefined ? null : `key "${repeated.id}" repeats another key: each must be different`;
}

/** False for bytes that are all zero, repeated, counted up, or the characters of a text. */
function looksRandom(bytes: Buffer): boolean {
  const steps = bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0));
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return !isText && [bytes, steps].every((each) => new Set(each).size >= minDifferentBytes);
}

/** The id of a key that both keyrings contain; null if there is none. */
export function findSharedKey(one: Keyring, other: Keyring): string | null {
  const others = [...other.byId.values()];
  for (const [id, key] of one.byId) if (others.some((each) => each.equals(key))) return id;
  return null;
}

/** A keyring with the same ids whose keys serve one purpose only (HKDF, RFC 5869). */
export function deriveKeyring(keyring: Keyring, purpose: string): Keyring {
  const derive = (key: KeyObject) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `planlens ${purpose}`, keyBytes)));
  const byId = new Map([...keyring.byId].map(([id, key]) => [id, derive(key)]));
  const { id, key } = keyring.current;
  return { current: { id, key: byId.get(id) ?? derive(key) }, byId };
}

function parseEntry(text: string): NamedKey | null {
  const [, id, base64] = entryPattern.exec(text) ?? [];
  if (id === undefined || base64 === undefined) return null;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === keyBytes ? { id, key: createSecretKey(bytes) } : null;
}
