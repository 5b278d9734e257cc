import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { atMost } from '../cache-size.ts';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import type { Snapshot } from './snapshot-store.ts';

/** A snapshot as the cache returns it. */
export interface CachedSnapshot<T> extends Snapshot<T> {
  /** Newer data was due and the source failed. */
  readonly stale: boolean;
  /**
   * Differs between any two snapshots that one cache returned and that are not the same object. Unlike `readAt`, which has
   * the resolution of the clock, it tells whether what was made from a snapshot is still current. Other processes count
   * for themselves.
   */
  readonly version: number;
}

/** How long the results of a cache are valid. */
export interface CachePolicy {
  /** Older data is read again, ms. */
  readonly maxAgeMs: number;
  /** Stale data is returned for this time before the source is tried again, ms; also the time between two readings. */
  readonly retryAfterMs: number;
  /** A failure without stored data is returned for this time, ms: short, because a user is waiting. */
  readonly negativeTtlMs: number;
  /** How long a user waits for a read while older data is stored, ms. The read goes on. */
  readonly patienceMs: number;
  /** How long a user's refresh waits for a read, ms. The read goes on. */
  readonly refreshPatienceMs: number;
  /** A user's refresh reads again only data older than this, and at most once in this time, ms. */
  readonly minRefreshIntervalMs: number;
}

/** Where the cache finds one kind of data. An item is what the data describes: a tenant, or a user of a tenant. */
export interface SnapshotSource<T, Item> {
  /** The key of the item in memory. */
  key(item: Item): string;
  /** Loads the stored snapshot; null when there is none. */
  load(item: Item): Promise<Snapshot<T> | null>;
  /** Reads from SuperOffice; null when it refuses to report the data. @throws when the read fails */
  fetch(item: Item): Promise<T | null>;
  /** Whether a read lacks something that the kept data has, so that a second reading must confirm it. */
  tellsLess(kept: T, read: T): boolean;
  /**
   * Stores a snapshot. `previous` is the one that a read replaces; null when there was none, or the data was set.
   * @returns false if it may not be stored, or newer data is
   */
  save(item: Item, snapshot: Snapshot<T>, previous: Snapshot<T> | null): Promise<boolean>;
  /** Runs `task` while no other process runs one for the same item. Without it, several processes may read at once. */
  withLock?<R>(item: Item, task: () => Promise<R>): Promise<R>;
  onFailed(what: 'read' | 'save', item: Item, error: unknown): void;
  /** Receives one outcome for each `get`. */
  onOutcome(outcome: CacheOutcome): void;
}

/**
 * Where `get` found its result. `stale`: the source failed and outdated data was stored; `unavailable`: the source failed
 * and nothing was stored.
 */
export type CacheOutcome = 'memory' | 'database' | 'superoffice' | 'stale' | 'unavailable';

/** What came of a user's refresh. `too-soon`: the data was read less than `minRefreshIntervalMs` ago. */
export interface RefreshResult {
  readonly outcome: 'read' | 'too-soon' | 'failed';
  /** When the next refresh reads again, ms from now. */
  readonly againInMs: number;
}

/** A read-through cache over memory, database and SuperOffice that survives failures of SuperOffice (RFC 5861). */
export interface StaleIfErrorCache<T, Item> {
  /**
   * Returns data not older than `maxAgeMs`, or stale data if the source fails or takes longer than `patienceMs`. If the
   * source refuses to report the data, returns the stored data, or null if nothing is stored. Does not wait until what was
   * read is stored.
   * @throws the error of the source when nothing is stored
   */
  get(item: Item): Promise<CachedSnapshot<T> | null>;
  /** Returns the data in memory, if any, without reading. */
  peek(item: Item): CachedSnapshot<T> | null;
  /** Returns the data in memory or in the database, however old; null if there is none. Sends no request. */
  getKept(item: Item): Promise<CachedSnapshot<T> | null>;
  /** Reads again within the limits of `minRefreshIntervalMs`. A failed read does not throw; `get` reports it. */
  refresh(item: Item): Promise<RefreshResult>;
  /**
   * Ensures that the data was read after a timestamp (ms since 1970).
   * @throws the error of the source: the data may be older than the timestamp
   */
  refreshIfOlderThan(item: Item, timestamp: number): Promise<void>;
  /** Replaces the data with content known from elsewhere as of now. What `save` refused is not kept in memory. */
  set(item: Item, content: T): Promise<void>;
  /** Removes an entry from memory because another process stored newer data. */
  invalidate(key: string): void;
  /** Removes all entries whose key starts with the prefix from memory. */
  invalidatePrefix(prefix: string): void;
  invalidateAll(): void;
  /** Waits until what was read is stored. */
  flush(): Promise<void>;
}

/** The result of one load and its lifetime in memory. */
type LoadResult<T> = {
  readonly outcome: CacheOutcome;
  readonly ttlMs: number;
} /** `cause` is why a snapshot is stale. */ & (
  | { readonly snapshot: CachedSnapshot<T> | null; readonly cause?: unknown }
  | { readonly failure: unknown }
);

interface Loader<T, Item> {
  readonly source: SnapshotSource<T, Item>;
  readonly policy: CachePolicy;
  /** Ms since 1970. */
  readonly now: () => number;
  toCached(snapshot: Snapshot<T>, stale: boolean): CachedSnapshot<T>;
  /** The first readings that lacked something of the stored data, by key. */
  readonly unconfirmed: LRUCache<string, Snapshot<T>>;
  /** What is being stored, by key. */
  readonly saving: Map<string, Promise<boolean>>;
}

/** The number of items whose last refresh is known. */
const maxRefreshedItems = 10_000;
/** The number of items whose first reading waits for a second one. */
const maxUnconfirmedItems = 1_000;
/** The size of an entry without its content, bytes. */
const entryOverheadBytes = 500;

/**
 * Creates a cache whose memory is limited to `maxBytes`. Concurrent calls for one item share one read, with `withLock`
 * across processes too. Data that cannot be saved is returned nevertheless.
 */
export function createStaleIfErrorCache<T, Item>(
  source: SnapshotSource<T, Item>,
  {
    policy,
    now,
    maxBytes,
    share,
  }: {
    policy: CachePolicy;
    now: () => number;
    maxBytes: number;
    /** Makes content share objects with other content that has equal ones. */
    share: (content: T) => T;
  },
): StaleIfErrorCache<T, Item> {
  let version = 0;
  function toCached(snapshot: Snapshot<T>, stale: boolean): CachedSnapshot<T> {
    version += 1;
    return { content: share(snapshot.content), readAt: snapshot.readAt, stale, version };
  }
  const unconfirmed = new LRUCache<string, Snapshot<T>>(atMost(maxUnconfirmedItems));
  const saving = new Map<string, Promise<boolean>>();
  const loader: Loader<T, Item> = { source, policy, now, toCached, unconfirmed, saving };
  const memory = createMemory(loader, maxBytes);
  const refreshed = new LRUCache<string, true>({
    ...atMost(maxRefreshedItems),
    ttl: policy.minRefreshIntervalMs,
    perf: { now },
    ttlResolution: 0,
  });

  async function reload(item: Item, newerThan: number): Promise<LoadResult<T>> {
    const key = source.key(item);
    const result = await memory.forceFetch(key, { context: { item, newerThan }, forceRefresh: true });
    await saving.get(key);
    return result;
  }

  const overdueReads = createOverdueReads(loader);
  /** Data that was invalidated while it was loaded may be outdated. */
  let invalidations = 0;

  function peek(item: Item): CachedSnapshot<T> | null {
    const result = memory.get(source.key(item));
    return result !== undefined && 'snapshot' in result ? result.snapshot : null;
  }

  return {
    peek,
    async getKept(item) {
      const key = source.key(item);
      const cached = memory.get(key, { allowStale: true, noDeleteOnStaleGet: true });
      if (cached !== undefined) return 'snapshot' in cached ? cached.snapshot : null;
      const before = invalidations;
      const stored = await source.load(item);
      const fresh = toFreshResult(loader, stored, now() - policy.maxAgeMs);
      // Old data stay out of memory, where `get` would take them for fresh.
      if (fresh === null) return stored && toCached(stored, false);
      if (before === invalidations) memory.set(key, fresh, { ttl: fresh.ttlMs });
      return fresh.snapshot;
    },
    async get(item) {
      const key = source.key(item);
      const cached = memory.get(key);
      const result =
        cached ??
        (await overdueReads.awaitBriefly(
          item,
          memory.forceFetch(key, { context: { item, newerThan: now() - policy.maxAgeMs } }),
        ));
      source.onOutcome(cached === undefined ? result.outcome : 'memory');
      if ('failure' in result) throw result.failure;
      return result.snapshot;
    },
    async refresh(item) {
      const key = source.key(item);
      const toResult = (outcome: RefreshResult['outcome']) => ({
        outcome,
        againInMs: refreshed.getRemainingTTL(key),
      });
      if (refreshed.has(key)) return toResult('too-soon');
      refreshed.set(key, true);
      const overdue = sleep(policy.refreshPatienceMs, null, { ref: false });
      const result = await Promise.race([reload(item, now() - policy.minRefreshIntervalMs), overdue]);
      if (result === null) return toResult('failed');
      if ('failure' in result || result.outcome === 'stale') {
        const { againInMs } = toResult('failed');
        const error = 'failure' in result ? result.failure : result.cause;
        return { outcome: 'failed', againInMs: Math.max(againInMs, getPauseMs(error)) };
      }
      if (result.outcome === 'database') return toResult('too-soon');
      return toResult('read');
    },
    async refreshIfOlderThan(item, timestamp) {
      const cached = peek(item);
      if (cached !== null && cached.readAt > timestamp) return;
      const first = await reload(item, timestamp);
      // The call may have joined a read that started before the timestamp.
      const { outcome } = first;
      const isOlder =
        'snapshot' in first && outcome !== 'stale' && (first.snapshot?.readAt ?? timestamp) < timestamp;
      const result = isOlder ? await reload(item, timestamp) : first;
      if ('failure' in result) throw result.failure;
      if (result.outcome === 'stale') throw result.cause;
    },
    async set(item, content) {
      const known = { content, readAt: now() };
      const before = invalidations;
      const isAccepted = await save(loader, item, known, null);
      // The data may have been removed since they were stored.
      if (!isAccepted || before !== invalidations) return void memory.delete(source.key(item));
      const snapshot = toCached(known, false);
      const result = { snapshot, outcome: 'superoffice', ttlMs: policy.maxAgeMs } as const;
      memory.set(source.key(item), result, { ttl: policy.maxAgeMs });
    },
    invalidate(key) {
      invalidations += 1;
      memory.delete(key);
    },
    invalidatePrefix(prefix) {
      invalidations += 1;
      for (const key of [...memory.keys()]) if (key.startsWith(prefix)) memory.delete(key);
    },
    invalidateAll() {
      invalidations += 1;
      memory.clear();
    },
    async flush() {
      await Promise.all(saving.values());
    },
  };
}

function createMemory<T, Item>(loader: Loader<T, Item>, maxBytes: number) {
  return new LRUCache<string, LoadResult<T>, { item: Item; newerThan: number }>({
    maxSize: maxBytes,
    sizeCalculation: (result) => estimateBytes('snapshot' in result ? result.snapshot : null),
    perf: { now: loader.now },
    ttlResolution: 0,
    // A pending read completes for its callers even if its entry is replaced or evicted meanwhile.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _previous, { context, options }) => {
      const result = await loadSnapshot(loader, context.item, context.newerThan);
      options.ttl = result.ttlMs;
      return result;
    },
  });
}

/** Returns stored data that is newer than a timestamp, else reads from the source, else returns stale data. */
async function loadSnapshot<T, Item>(
  loader: Loader<T, Item>,
  item: Item,
  newerThan: number,
): Promise<LoadResult<T>> {
  const { source, policy } = loader;
  const stored = await source.load(item);
  const fresh = toFreshResult(loader, stored, newerThan);
  if (fresh !== null) return fresh;
  try {
    const { withLock } = source;
    if (withLock === undefined) return await fetchSnapshot(loader, item, stored);
    return await fetchUnderLock(loader, item, newerThan, withLock);
  } catch (failure) {
    source.onFailed('read', item, failure);
    if (stored === null) return { failure, outcome: 'unavailable', ttlMs: policy.negativeTtlMs };
    const snapshot = loader.toCached(stored, !isOwnLimit(failure));
    return { snapshot, cause: failure, outcome: 'stale', ttlMs: policy.retryAfterMs };
  }
}

/** Does not wait until what was read is stored, but the lock does. */
function fetchUnderLock<T, Item>(
  loader: Loader<T, Item>,
  item: Item,
  newerThan: number,
  withLock: NonNullable<SnapshotSource<T, Item>['withLock']>,
): Promise<LoadResult<T>> {
  const { source, saving } = loader;
  return new Promise((resolve, reject) => {
    const task = async () => {
      // Another process may have read while this one waited for the lock.
      const latest = await source.load(item);
      resolve(toFreshResult(loader, latest, newerThan) ?? (await fetchSnapshot(loader, item, latest)));
      await saving.get(source.key(item));
    };
    // After the result is known, this has no effect.
    withLock(item, task).catch(reject);
  });
}

/** Whether we refused the call ourselves: then SuperOffice has not failed. */
function isOwnLimit(error: unknown): boolean {
  return error instanceof SuperOfficeError && error.code === 'too-many-calls';
}

/** How long SuperOffice is not asked again after an error, ms; 0 if that is not known. */
function getPauseMs(error: unknown): number {
  return error instanceof SuperOfficeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
}

/** Lets callers wait for a read only as long as `patienceMs` if older data is stored. */
function createOverdueReads<T, Item>({ source, policy, toCached }: Loader<T, Item>) {
  /** By key of a pending read: the stored data once the read is overdue; null if there is none. */
  const storedByKey = new Map<string, Promise<LoadResult<T> | null>>();

  async function findStoredWhenOverdue(item: Item, key: string): Promise<LoadResult<T> | null> {
    await sleep(policy.patienceMs, undefined, { ref: false });
    const stored = storedByKey.has(key) ? await source.load(item) : null;
    return stored && { snapshot: toCached(stored, true), outcome: 'stale', ttlMs: policy.retryAfterMs };
  }

  return {
    async awaitBriefly(item: Item, reading: Promise<LoadResult<T>>): Promise<LoadResult<T>> {
      const key = source.key(item);
      const stored = storedByKey.get(key) ?? findStoredWhenOverdue(item, key);
      storedByKey.set(key, stored);
      const end = () => void storedByKey.delete(key);
      reading.then(end, end);
      return (await Promise.race([stored, reading])) ?? reading;
    },
  };
}

/** The stored snapshot as a result; null when it is not newer than the timestamp. */
function toFreshResult<T, Item>(
  { policy, now, toCached }: Loader<T, Item>,
  stored: Snapshot<T> | null,
  newerThan: number,
): (LoadResult<T> & { readonly snapshot: CachedSnapshot<T> | null }) | null {
  if (stored === null || stored.readAt <= newerThan) return null;
  const ttlMs = Math.max(1, stored.readAt + policy.maxAgeMs - now());
  return { snapshot: toCached(stored, false), outcome: 'database', ttlMs };
}

async function fetchSnapshot<T, Item>(
  loader: Loader<T, Item>,
  item: Item,
  stored: Snapshot<T> | null,
): Promise<LoadResult<T>> {
  // Dated by the start of the read, which may miss changes that happen meanwhile.
  const readAt = loader.now();
  const content = await loader.source.fetch(item);
  const rest = { outcome: 'superoffice', ttlMs: loader.policy.maxAgeMs } as const;
  if (content === null) return { snapshot: stored && loader.toCached(stored, false), ...rest };
  const read = { content, readAt };
  if (stored !== null) requireConfirmed(loader, item, stored, read);
  void save(loader, item, read, stored);
  return { snapshot: loader.toCached(read, false), ...rest };
}

/**
 * Data that tells less than the stored data may be a fault of SuperOffice. It is accepted when a second reading at least
 * `retryAfterMs` later tells no less than the first one.
 * @throws SuperOfficeError `unexpected-response` until then
 */
function requireConfirmed<T, Item>(
  { source, policy, unconfirmed }: Loader<T, Item>,
  item: Item,
  stored: Snapshot<T>,
  read: Snapshot<T>,
): void {
  const key = source.key(item);
  const first = unconfirmed.get(key);
  const isSame = first !== undefined && !source.tellsLess(first.content, read.content);
  const isConfirmed = isSame && read.readAt - first.readAt >= policy.retryAfterMs;
  if (isConfirmed || !source.tellsLess(stored.content, read.content)) {
    unconfirmed.delete(key);
    return;
  }
  if (!isSame) unconfirmed.set(key, read);
  throw new SuperOfficeError('unexpected-response', key, { detail: 'unconfirmed' });
}

/** Stores a snapshot after those of the same item that are being stored. Never rejects. @returns false if the source refused it */
function save<T, Item>(
  { source, saving }: Loader<T, Item>,
  item: Item,
  snapshot: Snapshot<T>,
  previous: Snapshot<T> | null,
): Promise<boolean> {
  const key = source.key(item);
  const store = async () => {
    await saving.get(key);
    const isAccepted = await source.save(item, snapshot, previous).catch((error) => {
      source.onFailed('save', item, error);
      return true;
    });
    if (saving.get(key) === saved) saving.delete(key);
    return isAccepted;
  };
  const saved = store();
  saving.set(key, saved);
  return saved;
}

/** License data takes as many bytes in memory as in JSON (measured: 0.9 and 1.06 times), less what it shares with others. */
function estimateBytes(snapshot: Snapshot<unknown> | null): number {
  return entryOverheadBytes + (snapshot === null ? 0 : JSON.stringify(snapshot.content).length);
}
