import { createHash } from 'node:crypto';

/** The digest of what does not exist. */
const none = '0';
const digests = new WeakMap<object, string>();

/**
 * A short digest of license data, the same in every process however the data were read. Computed once per object, which
 * must not be changed.
 */
export function digestOf(content: object | null): string {
  if (content === null) return none;
  const known = digests.get(content);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 16);
  digests.set(content, digest);
  return digest;
}

/** JSON with sorted keys: the database stores objects in an order of its own. */
function canonicalJson(content: object): string {
  return JSON.stringify(content, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
