import { LRUCache } from 'lru-cache';
import type { Snapshot } from './snapshot-store.ts';

/** `stale`: newer data was due and the source did not answer. */
export interface CachedSnapshot<T> extends Snapshot<T> {
  readonly stale: boolean;
}

export interface CachePolicy {
  /** How old data may get before it is read anew, ms. */
  readonly maxAgeMs: number;
  /** How long the source is left alone after it did not answer, ms. */
  readonly retryAfterMs: number;
  /** The same where nothing is kept to show meanwhile, ms: short, for somebody waits. */
  readonly negativeTtlMs: number;
  /** How old data must be before somebody's wish has it read anew, ms: no button may become a burden. */
  readonly minRefreshIntervalMs: number;
}

/** Where one kind of data comes from, for a thing named by `Of`. */
export interface SnapshotSource<T, Of> {
  key(of: Of): string;
  load(of: Of): Promise<Snapshot<T> | null>;
  /** Reads anew; null where the source refuses to tell. */
  fetch(of: Of): Promise<T | null>;
  /** Keeps what was read, `before` being what was kept until then; null where that was not asked. */
  save(of: Of, snapshot: Snapshot<T>, before: Snapshot<T> | null): Promise<void>;
  /** Runs `work` while no other process does for the same thing. */
  withLock<R>(of: Of, work: () => Promise<R>): Promise<R>;
  onFailed(what: 'read' | 'save', of: Of, error: unknown): void;
  /** Hears where each thing asked for was found. */
  onOutcome(found: CacheOutcome): void;
}

/** `stale`: the source did not answer, and what is kept is old; `nothing`: it did not, and nothing is kept. */
export type CacheOutcome = 'memory' | 'database' | 'superoffice' | 'stale' | 'unavailable';

/** So many wishes to have something read anew are remembered. */
const maxRefreshed = 10_000;

/** What else an entry weighs than its content, bytes. */
const entryBytes = 500;

/**
 * Data from memory, up to so many bytes, while young, else from where it is kept while young, else from its source, else the last good.
 * One read is under way per key however many ask, in this process or another. A failed read with nothing kept is thrown as it came, and for a
 * moment again to whoever asks; a refused one gives what is kept, or null. What cannot be saved is shown all the same.
 */
export function createStaleIfErrorCache<T, Of>(
  source: SnapshotSource<T, Of>,
  { ages, now, maxBytes }: { ages: CachePolicy; now: () => number; maxBytes: number },
) {
  type Answer = { readonly found: CacheOutcome; readonly timeToLive: number } & (
    | { readonly snapshot: CachedSnapshot<T> | null }
    | { readonly failure: unknown }
  );

  const cache = new LRUCache<string, Answer, { of: Of; notBefore: number }>({
    maxSize: maxBytes,
    sizeCalculation: (answer) => sizeOf('snapshot' in answer ? answer.snapshot : null),
    perf: { now },
    ttlResolution: 0,
    // What was learnt elsewhere meanwhile, or a full memory, must not fail those who wait for a read.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _old, { context, options }) => {
      const answer = await obtain(context.of, context.notBefore);
      options.ttl = answer.timeToLive;
      return answer;
    },
  });

  const renewed = new LRUCache<string, true>({
    max: maxRefreshed,
    ttl: ages.minRefreshIntervalMs,
    perf: { now },
    ttlResolution: 0,
  });

  async function obtain(of: Of, notBefore: number): Promise<Answer> {
    const kept = await source.load(of);
    const known = answerBy(kept, notBefore);
    if (known !== null) return known;
    try {
      return await source.withLock(of, async () => {
        const keptMeanwhile = await source.load(of);
        return answerBy(keptMeanwhile, notBefore) ?? readAnew(of, keptMeanwhile);
      });
    } catch (failure) {
      source.onFailed('read', of, failure);
      if (kept === null) return { failure, found: 'unavailable', timeToLive: ages.negativeTtlMs };
      return { snapshot: { ...kept, stale: true }, found: 'stale', timeToLive: ages.retryAfterMs };
    }
  }

  /** Null where what is kept is not since the moment. */
  function answerBy(kept: Snapshot<T> | null, moment: number): Answer | null {
    if (kept === null || kept.readAt <= moment) return null;
    const timeToLive = Math.max(1, kept.readAt + ages.maxAgeMs - now());
    return { snapshot: { ...kept, stale: false }, found: 'database', timeToLive };
  }

  async function readAnew(of: Of, kept: Snapshot<T> | null): Promise<Answer> {
    // What changes while it is read may be missed.
    const readAt = now();
    const content = await source.fetch(of);
    const snapshot =
      content === null ? kept && { ...kept, stale: false } : await saved(of, { content, readAt }, kept);
    return { snapshot, found: 'superoffice', timeToLive: ages.maxAgeMs };
  }

  async function saved(
    of: Of,
    snapshot: Snapshot<T>,
    before: Snapshot<T> | null,
  ): Promise<CachedSnapshot<T>> {
    await source.save(of, snapshot, before).catch((error) => source.onFailed('save', of, error));
    return { ...snapshot, stale: false };
  }

  function inMemory(of: Of): CachedSnapshot<T> | null {
    const answer = cache.get(source.key(of));
    return answer !== undefined && 'snapshot' in answer ? answer.snapshot : null;
  }

  return {
    inMemory,
    async get(of: Of): Promise<CachedSnapshot<T> | null> {
      const key = source.key(of);
      const inMemory = cache.has(key);
      const answer = await cache.forceFetch(key, { context: { of, notBefore: now() - ages.maxAgeMs } });
      source.onOutcome(inMemory ? 'memory' : answer.found);
      if ('failure' in answer) throw answer.failure;
      return answer.snapshot;
    },
    /** Reads anew what is not quite young, seldom enough. Throws nothing of the source's: `get` tells what came of it. */
    async refresh(of: Of): Promise<void> {
      const key = source.key(of);
      if (renewed.has(key)) return;
      renewed.set(key, true);
      const notBefore = now() - ages.minRefreshIntervalMs;
      await cache.forceFetch(key, { context: { of, notBefore }, forceRefresh: true });
    },
    /**
     * Makes sure that what is kept was read after a moment (ms), reading anew where it was not.
     * @throws what the source threw, or that it did not answer: what is kept may be older than the moment
     */
    async refreshIfOlderThan(of: Of, moment: number): Promise<void> {
      const remembered = inMemory(of);
      if (remembered !== null && remembered.readAt > moment) return;
      const readOrJoin = () =>
        cache.forceFetch(source.key(of), { context: { of, notBefore: moment }, forceRefresh: true });
      const first = await readOrJoin();
      // Joined, the read may have begun before the moment.
      const wasEarlier = 'snapshot' in first && first.snapshot !== null && first.snapshot.readAt < moment;
      const answer = wasEarlier ? await readOrJoin() : first;
      if ('failure' in answer) throw answer.failure;
      if (answer.snapshot?.stale) throw new Error('the source does not answer');
    },
    /** Forgets what is in memory: it changed elsewhere. */
    invalidate(key: string): void {
      cache.delete(key);
    },
    invalidateAll(): void {
      cache.clear();
    },
    /** Keeps what was learnt elsewhere; it is newer than anything we have. */
    async set(of: Of, content: T): Promise<void> {
      const snapshot = await saved(of, { content, readAt: now() }, null);
      const answer = { snapshot, found: 'superoffice', timeToLive: ages.maxAgeMs } as const;
      cache.set(source.key(of), answer, { ttl: ages.maxAgeMs });
    },
  };
}

/** In memory license data weigh what they do as JSON (measured: 0.9 and 1.06 times). */
function sizeOf(snapshot: Snapshot<unknown> | null): number {
  return entryBytes + (snapshot === null ? 0 : JSON.stringify(snapshot.content).length);
}
