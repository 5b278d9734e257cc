import { LRUCache } from 'lru-cache';
import { atMost } from '../cache-size.ts';

/** Values read from the database, by key. `get` returns the same object until its key is invalidated or expires. */
export interface Cache<T> {
  /**
   * Returns the cached value, else reads it. A missing value (null) is cached for ten seconds, so that made-up keys cost
   * few reads. @throws the error of `read`
   */
  get(key: string, read: () => Promise<T | null>): Promise<T | null>;
  /** The value in memory, without reading; null if there is none. */
  peek(key: string): T | null;
  invalidate(key: string): void;
  /** Invalidates all entries for which `matches` returns true. */
  invalidateWhere(matches: (key: string, value: T) => boolean): void;
  invalidateAll(): void;
}

/** Notifications of other processes invalidate entries earlier; this limits the effect of a missed one, ms. */
const timeToLiveMs = 10 * 60_000;

const missingTimeToLiveMs = 10_000;
/** In a cache of their own: a flood of made-up keys must not evict values. */
const maxMissing = 10_000;

/** A missing value: a fetch of the LRU cache that is invalidated meanwhile may not return undefined. */
const absent = Symbol('absent');

/** Creates an LRU cache. Concurrent calls for one key share one read. `now` in ms since 1970. */
export function createCache<T extends object>(maxEntries: number, now: () => number): Cache<T> {
  const cache = new LRUCache<string, T | typeof absent, () => Promise<T | null>>({
    ...atMost(maxEntries),
    ttl: timeToLiveMs,
    perf: { now },
    ttlResolution: 0,
    // A read that is invalidated meanwhile completes for its callers but is not cached.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _previous, { context: read }) => (await read()) ?? absent,
  });
  const missing = new LRUCache<string, true>({
    ...atMost(maxMissing),
    ttl: missingTimeToLiveMs,
    perf: { now },
    ttlResolution: 0,
  });
  /** A value that was created during a read may be missing in it. */
  let invalidations = 0;

  function peek(key: string): T | null {
    const cached = cache.get(key);
    return cached === undefined || cached === absent ? null : cached;
  }

  return {
    peek,
    async get(key, read) {
      const cached = peek(key);
      if (cached !== null) return cached;
      if (missing.has(key)) return null;
      const before = invalidations;
      const value = (await cache.fetch(key, { context: read })) ?? absent;
      if (value !== absent) return value;
      if (cache.peek(key) === absent) cache.delete(key);
      if (before === invalidations) missing.set(key, true);
      return null;
    },
    invalidate(key) {
      invalidations += 1;
      cache.delete(key);
      missing.delete(key);
    },
    invalidateAll() {
      invalidations += 1;
      cache.clear();
      missing.clear();
    },
    invalidateWhere(matches) {
      invalidations += 1;
      for (const [key, value] of [...cache.entries()])
        if (value !== absent && matches(key, value)) cache.delete(key);
      missing.clear();
    },
  };
}
