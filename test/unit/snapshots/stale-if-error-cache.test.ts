import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../src/coordination/keyed-mutex.ts';
import type { Snapshot } from '../../../src/snapshots/snapshot-store.ts';
import {
  createStaleIfErrorCache,
  type SnapshotSource,
  type StaleIfErrorCache,
} from '../../../src/snapshots/stale-if-error-cache.ts';

interface Item {
  readonly id: string;
}

const policy = {
  maxAgeMs: 600_000,
  retryAfterMs: 30_000,
  negativeTtlMs: 3_000,
  patienceMs: 20,
  refreshPatienceMs: 500,
  minRefreshIntervalMs: 20_000,
};

/** How much a content tells. */
const completeness = (content: string) => ({ least: 0, less: 1 })[content] ?? 2;

describe('stale-if-error cache', () => {
  let now: number;
  let stored: Map<string, Snapshot<string>>;
  let reads: string[];
  let failures: unknown[][];
  let outcomes: string[];
  let save: SnapshotSource<string, Item>['save'];
  let withLock: (item: Item, task: () => Promise<unknown>) => Promise<unknown>;
  let fetchContent: (item: Item) => Promise<string | null>;

  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00Z');
    stored = new Map();
    reads = [];
    failures = [];
    outcomes = [];
    withLock = (_item, task) => task();
    save = async ({ id }, snapshot) => stored.set(id, snapshot).has(id);
    fetchContent = async ({ id }) => `fresh ${id}`;
  });

  const create = () => {
    const source: SnapshotSource<string, Item> = {
      key: ({ id }) => id,
      load: async ({ id }) => stored.get(id) ?? null,
      fetch: (item) => {
        reads.push(item.id);
        return fetchContent(item);
      },
      tellsLess: (kept, read) => completeness(read) < completeness(kept),
      save: (item, snapshot, previous) => save(item, snapshot, previous),
      withLock: (item, task) => withLock(item, task) as ReturnType<typeof task>,
      onFailed: (...failure) => failures.push(failure),
      onOutcome: (outcome) => outcomes.push(outcome),
    };
    return createStaleIfErrorCache(source, {
      policy,
      now: () => now,
      maxBytes: 2_000,
      share: (content) => content,
    });
  };

  it('reads once and caches the result', async () => {
    const cache = create();
    const first = await cache.get({ id: 'a' });
    expect(first).toEqual({ content: 'fresh a', readAt: now, stale: false, version: expect.any(Number) });
    expect(stored.get('a')).toEqual({ content: 'fresh a', readAt: now });
    expect(await cache.get({ id: 'a' })).toEqual(first);
    expect(reads).toEqual(['a']);
  });

  it('reports the outcome of each get', async () => {
    const cache = create();
    await cache.get({ id: 'a' });
    await cache.get({ id: 'a' });
    await create().get({ id: 'a' });
    now += policy.maxAgeMs + 1;
    fetchContent = () => Promise.reject(new Error('down'));
    await cache.get({ id: 'a' });
    await expect(cache.get({ id: 'b' })).rejects.toThrow('down');
    expect(outcomes).toEqual(['superoffice', 'memory', 'database', 'stale', 'unavailable']);
  });

  it('reads once for a hundred concurrent callers', async () => {
    const cache = create();
    const all = await Promise.all(Array.from({ length: 100 }, () => cache.get({ id: 'a' })));
    expect(new Set(all.map((each) => each?.content))).toEqual(new Set(['fresh a']));
    expect(reads).toEqual(['a']);
  });

  it('refreshes fresh data on request but not again within the minimum interval', async () => {
    const cache = create();
    await cache.get({ id: 'a' });
    const againInMs = policy.minRefreshIntervalMs;
    expect(await cache.refresh({ id: 'a' })).toEqual({ outcome: 'too-soon', againInMs });
    expect(reads).toEqual(['a']); // read less than the minimum interval ago
    now += policy.minRefreshIntervalMs + 1;
    fetchContent = async () => 'newer';
    const results = await Promise.all([cache.refresh({ id: 'a' }), cache.refresh({ id: 'a' })]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['read', 'too-soon']);
    expect(await cache.refresh({ id: 'a' })).toEqual({ outcome: 'too-soon', againInMs });
    expect(reads).toEqual(['a', 'a']);
    expect(await cache.get({ id: 'a' })).toEqual({
      content: 'newer',
      readAt: now,
      stale: false,
      version: expect.any(Number),
    });
  });

  it('returns stale data when a requested refresh fails', async () => {
    const cache = create();
    const { content } = (await cache.get({ id: 'a' })) ?? {};
    now += policy.minRefreshIntervalMs + 1;
    fetchContent = () => Promise.reject(new Error('down'));
    expect(await cache.refresh({ id: 'a' })).toMatchObject({ outcome: 'failed' });
    expect(await cache.get({ id: 'a' })).toMatchObject({ content, stale: true });
    now += policy.minRefreshIntervalMs + 1;
    fetchContent = async () => content ?? '';
    expect(await cache.refresh({ id: 'a' })).toMatchObject({ outcome: 'read' });
  });

  it('keeps the values of different keys separate', async () => {
    const cache = create();
    const [a, b] = await Promise.all([cache.get({ id: 'a' }), cache.get({ id: 'b' })]);
    expect([a?.content, b?.content]).toEqual(['fresh a', 'fresh b']);
  });

  it('does not read while the value stored by another process is fresh', async () => {
    stored.set('a', { content: 'stored', readAt: now - policy.maxAgeMs + 1 });
    const cache = create();
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'stored', stale: false });
    expect(reads).toEqual([]);
    now += 2;
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'fresh a' });
  });

  it('reads again after the maximum age', async () => {
    const cache = create();
    await cache.get({ id: 'a' });
    now += policy.maxAgeMs + 1;
    fetchContent = async () => 'newer';
    expect(await cache.get({ id: 'a' })).toEqual({
      content: 'newer',
      readAt: now,
      stale: false,
      version: expect.any(Number),
    });
  });

  it('returns stale data when the source fails and waits before it retries', async () => {
    const cache = create();
    const before = await cache.get({ id: 'a' });
    now += policy.maxAgeMs + 1;
    fetchContent = () => Promise.reject(new Error('down'));
    expect(await cache.get({ id: 'a' })).toEqual({ ...before, stale: true, version: expect.any(Number) });
    now += policy.retryAfterMs - 1;
    await cache.get({ id: 'a' });
    expect(reads).toHaveLength(2);
    now += 2;
    fetchContent = async () => 'up again';
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'up again', stale: false });
    expect(failures).toEqual([['read', { id: 'a' }, new Error('down')]]);
  });

  describe('while a read takes long', () => {
    let finish: (content: string) => void;
    const readSlowly = () => {
      fetchContent = () => new Promise((resolve) => (finish = resolve));
    };

    it('returns stored data as stale, then the new data once it is read', async () => {
      const cache = create();
      await cache.get({ id: 'a' });
      now += policy.maxAgeMs + 1;
      readSlowly();
      const all = await Promise.all([cache.get({ id: 'a' }), cache.get({ id: 'a' })]);
      expect(all).toMatchObject([
        { content: 'fresh a', stale: true },
        { content: 'fresh a', stale: true },
      ]);
      expect(await cache.get({ id: 'a' })).toBe(all[0]);
      finish('the new data');
      await expect
        .poll(() => cache.get({ id: 'a' }))
        .toMatchObject({ content: 'the new data', stale: false });
      expect(reads).toEqual(['a', 'a']);
    });

    it('waits longer for a refresh of the user than for a view', async () => {
      const cache = create();
      await cache.get({ id: 'a' });
      now += policy.minRefreshIntervalMs + 1;
      readSlowly();
      setTimeout(() => finish('the new data'), 2 * policy.patienceMs);
      expect(await cache.refresh({ id: 'a' })).toMatchObject({ outcome: 'read' });
      expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'the new data' });
    });

    it('ends the wait of a refresh, and still reads', async () => {
      const cache = create();
      await cache.get({ id: 'a' });
      now += policy.minRefreshIntervalMs + 1;
      readSlowly();
      expect(await cache.refresh({ id: 'a' })).toMatchObject({ outcome: 'failed' });
      expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'fresh a' });
      finish('the new data');
      await expect.poll(() => cache.get({ id: 'a' })).toMatchObject({ content: 'the new data' });
    });

    it('waits for the read when nothing is stored', async () => {
      readSlowly();
      const reading = create().get({ id: 'a' });
      setTimeout(() => finish('fresh a'), 3 * policy.patienceMs);
      expect(await reading).toMatchObject({ content: 'fresh a', stale: false });
    });
  });

  describe('when a read tells less than the stored data', () => {
    /** Reads once more than `maxAgeMs` after the last read. */
    async function readAgain(cache: StaleIfErrorCache<string, Item>, content: string) {
      fetchContent = async () => content;
      now += policy.retryAfterMs + 1;
      return cache.get({ id: 'a' });
    }
    async function createWithStored() {
      const cache = create();
      await cache.get({ id: 'a' });
      now += policy.maxAgeMs;
      return cache;
    }

    it('keeps the stored data until a second reading says the same', async () => {
      const cache = await createWithStored();
      expect(await readAgain(cache, 'less')).toMatchObject({ content: 'fresh a', stale: true });
      expect(failures).toEqual([
        ['read', { id: 'a' }, expect.objectContaining({ message: expect.stringContaining('unconfirmed') })],
      ]);
      expect(await readAgain(cache, 'less')).toMatchObject({ content: 'less', stale: false });
    });

    it('does not take a reading right after the first one as a confirmation', async () => {
      const cache = await createWithStored();
      await readAgain(cache, 'less');
      now += policy.retryAfterMs - 1;
      await expect(cache.refreshIfOlderThan({ id: 'a' }, now)).rejects.toThrow('unconfirmed');
      expect(stored.get('a')?.content).toBe('fresh a');
      now += 1;
      await cache.refreshIfOlderThan({ id: 'a' }, now);
      expect(stored.get('a')?.content).toBe('less');
    });

    it('starts again when the second reading tells even less or the full data returns', async () => {
      const cache = await createWithStored();
      await readAgain(cache, 'less');
      expect(await readAgain(cache, 'least')).toMatchObject({ content: 'fresh a', stale: true });
      expect(await readAgain(cache, 'fresh a')).toMatchObject({ content: 'fresh a', stale: false });
      now += policy.maxAgeMs;
      expect(await readAgain(cache, 'less')).toMatchObject({ content: 'fresh a', stale: true });
    });
  });

  it('throws the source error when nothing is cached and waits before it retries', async () => {
    const cache = create();
    fetchContent = () => Promise.reject(new Error('down'));
    await expect(cache.get({ id: 'a' })).rejects.toThrow('down');
    fetchContent = async () => 'up';
    now += policy.negativeTtlMs - 1;
    await expect(cache.get({ id: 'a' })).rejects.toThrow('down');
    expect(reads).toHaveLength(1);
    now += 2;
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'up' });
  });

  it('returns data that could not be saved and reports the failure', async () => {
    save = () => Promise.reject(new Error('disk full'));
    const cache = create();
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'fresh a', stale: false });
    await cache.set({ id: 'b' }, 'from sign-in');
    expect(await cache.get({ id: 'b' })).toMatchObject({ content: 'from sign-in' });
    expect(failures.map(([what, item]) => [what, item])).toEqual([
      ['save', { id: 'a' }],
      ['save', { id: 'b' }],
    ]);
  });

  it('returns what was read while it is stored; the lock, a refresh and a flush wait', async () => {
    let store = () => {};
    const storing = new Promise<void>((resolve) => {
      store = resolve;
    });
    save = async ({ id }, snapshot) => {
      await storing;
      return stored.set(id, snapshot).has(id);
    };
    const ended: string[] = [];
    const note = (what: string) => () => void ended.push(what);
    withLock = (_item, task) => task().finally(note('lock'));
    const cache = create();
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'fresh a', stale: false });
    now += policy.minRefreshIntervalMs + 1;
    const waiting = [cache.refresh({ id: 'b' }).then(note('refresh')), cache.flush().then(note('flush'))];
    await new Promise((resolve) => setImmediate(resolve));
    expect([stored.size, ended]).toEqual([0, []]);
    store();
    await Promise.all(waiting);
    expect([stored.size, ended.toSorted()]).toEqual([2, ['flush', 'lock', 'lock', 'refresh']]);
  });

  it('returns null when the source refuses and nothing is cached', async () => {
    fetchContent = async () => null;
    expect(await create().get({ id: 'a' })).toBeNull();
    expect(stored.size).toBe(0);
    expect(failures).toEqual([]);
  });

  it('returns cached data as fresh after a refusal and retries only after the maximum age', async () => {
    const readAt = now - policy.maxAgeMs;
    stored.set('a', { content: 'stored', readAt });
    fetchContent = async () => null;
    const cache = create();
    expect(await cache.get({ id: 'a' })).toEqual({
      content: 'stored',
      readAt,
      stale: false,
      version: expect.any(Number),
    });
    now += policy.maxAgeMs - 1;
    await cache.get({ id: 'a' });
    expect(reads).toEqual(['a']);
    expect(stored.get('a')?.content).toBe('stored');
  });

  it('replaces a cached value with a value that is set', async () => {
    const cache = create();
    await cache.get({ id: 'a' });
    now += 1000;
    await cache.set({ id: 'a' }, 'from sign-in');
    expect(await cache.get({ id: 'a' })).toEqual({
      content: 'from sign-in',
      readAt: now,
      stale: false,
      version: expect.any(Number),
    });
    expect(stored.get('a')?.content).toBe('from sign-in');
    expect(reads).toEqual(['a']);
  });

  /** Starts a read of `a` that ends when `finish` is called. */
  async function startRead(cache: StaleIfErrorCache<string, Item>) {
    let finish = (_content: string) => {};
    fetchContent = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const waiting = cache.get({ id: 'a' });
    await expect.poll(() => reads).toEqual(['a']);
    return { waiting, finish };
  }

  it('completes a pending read when a value is put and keeps the put value', async () => {
    const cache = create();
    const { waiting, finish } = await startRead(cache);
    await cache.set({ id: 'a' }, 'from sign-in');
    finish('read');
    expect((await waiting)?.content).toBe('read');
    expect((await cache.get({ id: 'a' }))?.content).toBe('from sign-in');
  });

  it('completes a pending read when memory is full', async () => {
    const cache = create();
    const { waiting, finish } = await startRead(cache);
    for (const id of ['b', 'c', 'd', 'e']) await cache.set({ id }, id);
    finish('read');
    expect((await waiting)?.content).toBe('read');
  });

  it('limits the number of bytes cached in memory', async () => {
    const cache = create();
    for (const id of ['a', 'b', 'c', 'd', 'a']) await cache.get({ id });
    expect(reads).toEqual(['a', 'b', 'c', 'd']);
    stored.clear();
    await cache.get({ id: 'b' });
    expect(reads).toEqual(['a', 'b', 'c', 'd', 'b']);
  });

  describe('with two processes', () => {
    /** Two caches that share the stored data and a lock. */
    function createTwo() {
      const mutex = createKeyedMutex();
      withLock = (item, task) => mutex(item.id, task);
      return [create(), create()] as const;
    }

    it('reads once for both processes', async () => {
      const [first, second] = createTwo();
      const all = await Promise.all([first, second, first, second].map((each) => each.get({ id: 'a' })));
      expect(all.map((each) => each?.content)).toEqual(Array(4).fill('fresh a'));
      expect(reads).toEqual(['a']);
    });

    it('returns stale data when the lock of the other process is not released in time', async () => {
      await create().get({ id: 'a' });
      now += policy.maxAgeMs + 1;
      withLock = () => Promise.reject(new Error('busy'));
      expect(await create().get({ id: 'a' })).toMatchObject({ content: 'fresh a', stale: true });
      expect(failures).toEqual([['read', { id: 'a' }, new Error('busy')]]);
    });
  });

  it('dates a value by the start of its read', async () => {
    const startedAt = now;
    fetchContent = async () => {
      now += 5_000;
      return 'slow';
    };
    expect(await create().get({ id: 'a' })).toMatchObject({ content: 'slow', readAt: startedAt });
  });

  it('reads again when the pending read started before the requested time', async () => {
    const cache = create();
    let finish = (_content: string) => {};
    fetchContent = () => new Promise((resolve) => (finish = resolve));
    const first = cache.get({ id: 'a' });
    await expect.poll(() => reads).toEqual(['a']);
    now += 1_000;
    const refresh = cache.refreshIfOlderThan({ id: 'a' }, now);
    fetchContent = async () => 'newer';
    now += 1_000;
    finish('older');
    await Promise.all([first, refresh]);
    expect(reads).toEqual(['a', 'a']);
    expect(await cache.get({ id: 'a' })).toMatchObject({ content: 'newer' });
  });

  it('keeps in memory no set content that was refused or removed since', async () => {
    const cache = create();
    save = async () => false;
    await cache.set({ id: 'a' }, 'refused');
    expect(cache.peek({ id: 'a' })).toBeNull();
    save = async () => {
      cache.invalidate('a');
      return true;
    };
    await cache.set({ id: 'a' }, 'removed since');
    expect(cache.peek({ id: 'a' })).toBeNull();
    save = async () => true;
    await cache.set({ id: 'a' }, 'stored');
    expect(cache.peek({ id: 'a' })).toMatchObject({ content: 'stored' });
  });

  it('passes the previous value to save', async () => {
    const previousContents: unknown[] = [];
    save = async ({ id }, snapshot, previous) => {
      previousContents.push(previous?.content ?? null);
      return stored.set(id, snapshot).has(id);
    };
    const cache = create();
    await cache.get({ id: 'a' });
    now += policy.maxAgeMs + 1;
    fetchContent = async () => 'newer';
    await cache.get({ id: 'a' });
    expect(previousContents).toEqual([null, 'fresh a']);
  });

  describe('version of a snapshot', () => {
    it('returns the same object from memory', async () => {
      const cache = create();
      expect(await cache.get({ id: 'a' })).toBe(await cache.get({ id: 'a' }));
    });

    it('has the same readAt in another process', async () => {
      const first = await create().get({ id: 'a' });
      now += 1_000;
      expect(await create().get({ id: 'a' })).toMatchObject({
        content: first?.content,
        readAt: first?.readAt,
      });
    });

    it('keeps its readAt while the source fails or refuses, with a version for each change', async () => {
      const cache = create();
      const first = await cache.get({ id: 'a' });
      now += policy.maxAgeMs + 1;
      fetchContent = () => Promise.reject(new Error('down'));
      const stale = await cache.get({ id: 'a' });
      expect(stale).toEqual({ ...first, stale: true, version: stale?.version });
      now += policy.retryAfterMs + 1;
      fetchContent = async () => null;
      const refused = await cache.get({ id: 'a' });
      expect(refused).toEqual({ ...first, version: refused?.version });
      expect(new Set([first?.version, stale?.version, refused?.version]).size).toBe(3);
    });

    it('changes each time the data is set, also within one millisecond and after an invalidation', async () => {
      const cache = create();
      const versions = new Set<number | undefined>();
      for (const content of ['first', 'second', 'third', 'fourth']) {
        await cache.set({ id: 'a' }, content);
        const snapshot = await cache.get({ id: 'a' });
        expect(snapshot).toMatchObject({ content, readAt: now });
        versions.add(snapshot?.version);
        if (content === 'third') cache.invalidate('a');
      }
      expect(versions.size).toBe(4);
    });

    it('changes when a read starts in the millisecond of the stored data', async () => {
      stored.set('a', { content: 'stored', readAt: now });
      const cache = create();
      const before = await cache.get({ id: 'a' });
      await cache.refreshIfOlderThan({ id: 'a' }, now);
      const after = await cache.get({ id: 'a' });
      expect(after).toMatchObject({ content: 'fresh a', readAt: now });
      expect(after?.version).not.toBe(before?.version);
    });
  });
});
