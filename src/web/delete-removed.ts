/**
 * Deletes from a cache what shows data of a removed tenant (`Cust12345`) or user (`Cust12345/101`), or all for null. The keys of
 * the cache begin with the tenant, a slash, the user and a space.
 */
export function deleteRemoved(
  cache: { keys(): Iterable<string>; delete(key: string): unknown },
  removed: string | null,
): void {
  const prefix = removed?.includes('/') ? `${removed} ` : `${removed}/`;
  for (const key of [...cache.keys()]) if (removed === null || key.startsWith(prefix)) cache.delete(key);
}
