import { LRUCache } from 'lru-cache';

/** What was read from the database of late, by key, until it is known to have changed. */
export interface Cache<T> {
  /** What is remembered, or else what `read` gives; nothing found (null) is not remembered. */
  get(key: string, read: () => Promise<T | null>): Promise<T | null>;
  invalidate(key: string): void;
  /** Forgets all whose keys begin so. */
  invalidatePrefix(start: string): void;
  invalidateAll(): void;
}

/** Processes tell each other of every change, and forget all when they could not hear; this is the safety net, ms. */
const timeToLiveMs = 10 * 60_000;

/** A memory of so many things at most, those unused the longest forgotten first. Reads a key once however many ask. */
export function createCache<T extends object>(maxEntries: number, now: () => number): Cache<T> {
  const cache = new LRUCache<string, T, () => Promise<T | null>>({
    max: maxEntries,
    ttl: timeToLiveMs,
    perf: { now },
    ttlResolution: 0,
    // What changes while it is read is given to who waits for it, and not kept.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _old, { context: read }) => (await read()) ?? undefined,
  });
  return {
    get: async (key, read) => (await cache.fetch(key, { context: read })) ?? null,
    invalidate: (key) => void cache.delete(key),
    invalidateAll: () => cache.clear(),
    invalidatePrefix(start) {
      for (const key of [...cache.keys()]) if (key.startsWith(start)) cache.delete(key);
    },
  };
}
