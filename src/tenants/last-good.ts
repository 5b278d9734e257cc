import { LRUCache } from 'lru-cache';
import type { Snapshot } from './snapshot-store.ts';

/** `stale`: newer data was due and could not be had. */
export interface DatedSnapshot<T> extends Snapshot<T> {
  readonly stale: boolean;
}

export interface SnapshotAges {
  /** How old data may get before it is read anew, ms. */
  readonly maxAgeMs: number;
  /** How long the source is left alone after it did not answer, ms. */
  readonly retryAfterMs: number;
}

/** Where one kind of data comes from, for a thing named by `Of`. */
export interface SnapshotSource<T, Of> {
  key(of: Of): string;
  kept(of: Of): Promise<Snapshot<T> | null>;
  /** Reads anew; null where the source refuses to tell. */
  read(of: Of, kept: T | null): Promise<T | null>;
  save(of: Of, snapshot: Snapshot<T>): Promise<void>;
  onReadFailed(of: Of, error: unknown): void;
}

/**
 * Data from memory while young, else from where it is kept while young, else from its source, else the last good.
 * One read is under way per key however many ask. A failed read with nothing kept is thrown as it came;
 * a refused one gives null.
 */
export function createLastGood<T, Of>(
  source: SnapshotSource<T, Of>,
  { ages, now, maxEntries }: { ages: SnapshotAges; now: () => number; maxEntries: number },
) {
  type Answer = { readonly snapshot: DatedSnapshot<T> | null };

  const cache = new LRUCache<string, Answer, { of: Of }>({
    max: maxEntries,
    perf: { now },
    ttlResolution: 0,
    fetchMethod: async (_key, _old, { context, options }) => {
      const answer = await obtain(context.of);
      options.ttl = timeToLive(answer);
      return answer;
    },
  });

  async function obtain(of: Of): Promise<Answer> {
    const kept = await source.kept(of);
    if (kept && now() - kept.readAt < ages.maxAgeMs) return { snapshot: { ...kept, stale: false } };
    try {
      const content = await source.read(of, kept?.content ?? null);
      if (content !== null) return { snapshot: await saved(of, content) };
    } catch (error) {
      source.onReadFailed(of, error);
      if (kept === null) throw error;
    }
    return { snapshot: kept && { ...kept, stale: true } };
  }

  async function saved(of: Of, content: T): Promise<DatedSnapshot<T>> {
    const snapshot = { content, readAt: now() };
    await source.save(of, snapshot);
    return { ...snapshot, stale: false };
  }

  function timeToLive({ snapshot }: Answer): number {
    if (snapshot === null || snapshot.stale) return ages.retryAfterMs;
    return Math.max(1, snapshot.readAt + ages.maxAgeMs - now());
  }

  return {
    async get(of: Of): Promise<DatedSnapshot<T> | null> {
      return (await cache.forceFetch(source.key(of), { context: { of } })).snapshot;
    },
    /** Keeps what was learnt elsewhere; it is newer than anything we have. */
    async put(of: Of, content: T): Promise<void> {
      const snapshot = await saved(of, content);
      cache.set(source.key(of), { snapshot }, { ttl: ages.maxAgeMs });
    },
  };
}
