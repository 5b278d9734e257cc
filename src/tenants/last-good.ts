import { LRUCache } from 'lru-cache';
import type { Snapshot } from './snapshot-store.ts';

/** `stale`: newer data was due and the source did not answer. */
export interface DatedSnapshot<T> extends Snapshot<T> {
  readonly stale: boolean;
}

export interface SnapshotAges {
  /** How old data may get before it is read anew, ms. */
  readonly maxAgeMs: number;
  /** How long the source is left alone after it did not answer, ms. */
  readonly retryAfterMs: number;
  /** The same where nothing is kept to show meanwhile, ms: short, for somebody waits. */
  readonly retryAfterNothingMs: number;
  /** How old data must be before somebody's wish has it read anew, ms: no button may become a burden. */
  readonly renewAfterMs: number;
}

/** Where one kind of data comes from, for a thing named by `Of`. */
export interface SnapshotSource<T, Of> {
  key(of: Of): string;
  kept(of: Of): Promise<Snapshot<T> | null>;
  /** Reads anew; null where the source refuses to tell. */
  read(of: Of): Promise<T | null>;
  save(of: Of, snapshot: Snapshot<T>): Promise<void>;
  onFailed(what: 'read' | 'save', of: Of, error: unknown): void;
}

/**
 * Data from memory while young, else from where it is kept while young, else from its source, else the last good.
 * One read is under way per key however many ask. A failed read with nothing kept is thrown as it came, and for a
 * moment again to whoever asks; a refused one gives what is kept, or null. What cannot be saved is shown all the same.
 */
export function createLastGood<T, Of>(
  source: SnapshotSource<T, Of>,
  { ages, now, maxEntries }: { ages: SnapshotAges; now: () => number; maxEntries: number },
) {
  type Answer =
    | { readonly snapshot: DatedSnapshot<T> | null; readonly timeToLive: number }
    | { readonly failure: unknown; readonly timeToLive: number };

  const cache = new LRUCache<string, Answer, { of: Of; maxAgeMs?: number }>({
    max: maxEntries,
    perf: { now },
    ttlResolution: 0,
    // What was learnt elsewhere meanwhile, or a full memory, must not fail those who wait for a read.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _old, { context, options }) => {
      const answer = await obtain(context.of, context.maxAgeMs ?? ages.maxAgeMs);
      options.ttl = answer.timeToLive;
      return answer;
    },
  });

  const renewed = new LRUCache<string, true>({
    max: maxEntries,
    ttl: ages.renewAfterMs,
    perf: { now },
    ttlResolution: 0,
  });

  async function obtain(of: Of, maxAgeMs: number): Promise<Answer> {
    const kept = await source.kept(of);
    const age = kept === null ? Number.POSITIVE_INFINITY : now() - kept.readAt;
    if (kept && age < maxAgeMs)
      return { snapshot: { ...kept, stale: false }, timeToLive: ages.maxAgeMs - age };
    try {
      const content = await source.read(of);
      const snapshot = content === null ? kept && { ...kept, stale: false } : await saved(of, content);
      return { snapshot, timeToLive: ages.maxAgeMs };
    } catch (failure) {
      source.onFailed('read', of, failure);
      if (kept === null) return { failure, timeToLive: ages.retryAfterNothingMs };
      return { snapshot: { ...kept, stale: true }, timeToLive: ages.retryAfterMs };
    }
  }

  async function saved(of: Of, content: T): Promise<DatedSnapshot<T>> {
    const snapshot = { content, readAt: now() };
    await source.save(of, snapshot).catch((error) => source.onFailed('save', of, error));
    return { ...snapshot, stale: false };
  }

  return {
    async get(of: Of): Promise<DatedSnapshot<T> | null> {
      const answer = await cache.forceFetch(source.key(of), { context: { of } });
      if ('failure' in answer) throw answer.failure;
      return answer.snapshot;
    },
    /** Reads anew what is not quite young, seldom enough. Throws nothing of the source's: `get` tells what came of it. */
    async renew(of: Of): Promise<void> {
      const key = source.key(of);
      if (renewed.has(key)) return;
      renewed.set(key, true);
      await cache.forceFetch(key, { context: { of, maxAgeMs: ages.renewAfterMs }, forceRefresh: true });
    },
    /**
     * Makes sure that what is kept was read after a moment (ms), reading anew where it was not.
     * @throws what the source threw, or that it did not answer: what is kept may be older than the moment
     */
    async readSince(of: Of, moment: number): Promise<void> {
      const context = { of, maxAgeMs: now() - moment };
      const answer = await cache.forceFetch(source.key(of), { context, forceRefresh: true });
      if ('failure' in answer) throw answer.failure;
      if (answer.snapshot?.stale) throw new Error('the source does not answer');
    },
    /** Forgets what is in memory: it changed elsewhere. */
    forget(key: string): void {
      cache.delete(key);
    },
    /** Keeps what was learnt elsewhere; it is newer than anything we have. */
    async put(of: Of, content: T): Promise<void> {
      const snapshot = await saved(of, content);
      cache.set(source.key(of), { snapshot, timeToLive: ages.maxAgeMs }, { ttl: ages.maxAgeMs });
    },
  };
}
