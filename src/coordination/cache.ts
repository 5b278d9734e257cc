import { LRUCache } from 'lru-cache';

/** Values read from the database, by key. `get` returns the same object until its key is invalidated or expires. */
export interface Cache<T> {
  /** Returns the cached value, else reads it. A missing value (null) is not cached. @throws the error of `read` */
  get(key: string, read: () => Promise<T | null>): Promise<T | null>;
  invalidate(key: string): void;
  /** Invalidates all entries for which `matches` returns true. */
  invalidateWhere(matches: (key: string, value: T) => boolean): void;
  invalidateAll(): void;
}

/** Notifications of other processes invalidate entries earlier; this limits the effect of a missed one, ms. */
const timeToLiveMs = 10 * 60_000;

/** Creates an LRU cache. Concurrent calls for one key share one read. `now` in ms since 1970. */
export function createCache<T extends object>(maxEntries: number, now: () => number): Cache<T> {
  const cache = new LRUCache<string, T, () => Promise<T | null>>({
    max: maxEntries,
    ttl: timeToLiveMs,
    perf: { now },
    ttlResolution: 0,
    // A read that is invalidated meanwhile completes for its callers but is not cached.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _previous, { context: read }) => (await read()) ?? undefined,
  });
  return {
    get: async (key, read) => (await cache.fetch(key, { context: read })) ?? null,
    invalidate: (key) => void cache.delete(key),
    invalidateAll: () => cache.clear(),
    invalidateWhere(matches) {
      for (const [key, value] of [...cache.entries()]) if (matches(key, value)) cache.delete(key);
    },
  };
}
