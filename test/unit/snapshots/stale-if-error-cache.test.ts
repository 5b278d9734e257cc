import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../src/coordination/keyed-mutex.ts';
import type { Snapshot } from '../../../src/snapshots/snapshot-store.ts';
import { createStaleIfErrorCache, type SnapshotSource } from '../../../src/snapshots/stale-if-error-cache.ts';

interface Of {
  readonly id: string;
}

const ages = { maxAgeMs: 600_000, retryAfterMs: 30_000, negativeTtlMs: 3_000, minRefreshIntervalMs: 20_000 };

describe('stale-if-error cache', () => {
  let now: number;
  let kept: Map<string, Snapshot<string>>;
  let reads: string[];
  let failures: unknown[][];
  let found: string[];
  let save: SnapshotSource<string, Of>['save'];
  let takeTurn: (of: Of, work: () => Promise<unknown>) => Promise<unknown>;
  let answer: (of: Of) => Promise<string | null>;

  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00Z');
    kept = new Map();
    reads = [];
    failures = [];
    found = [];
    takeTurn = (_of, work) => work();
    save = async ({ id }, snapshot) => void kept.set(id, snapshot);
    answer = async ({ id }) => `fresh ${id}`;
  });

  const create = () => {
    const source: SnapshotSource<string, Of> = {
      key: ({ id }) => id,
      load: async ({ id }) => kept.get(id) ?? null,
      fetch: (of) => {
        reads.push(of.id);
        return answer(of);
      },
      save: (of, snapshot, before) => save(of, snapshot, before),
      withLock: (of, work) => takeTurn(of, work) as ReturnType<typeof work>,
      onFailed: (...about) => failures.push(about),
      onOutcome: (where) => found.push(where),
    };
    return createStaleIfErrorCache(source, { ages, now: () => now, maxBytes: 2_000 });
  };

  it('reads once and caches the result', async () => {
    const staleIfErrorCache = create();
    const first = await staleIfErrorCache.get({ id: 'a' });
    expect(first).toEqual({ content: 'fresh a', readAt: now, stale: false });
    expect(kept.get('a')).toEqual({ content: 'fresh a', readAt: now });
    expect(await staleIfErrorCache.get({ id: 'a' })).toEqual(first);
    expect(reads).toEqual(['a']);
  });

  it('reports where each requested value was found', async () => {
    const staleIfErrorCache = create();
    await staleIfErrorCache.get({ id: 'a' });
    await staleIfErrorCache.get({ id: 'a' });
    await create().get({ id: 'a' });
    now += ages.maxAgeMs + 1;
    answer = () => Promise.reject(new Error('away'));
    await staleIfErrorCache.get({ id: 'a' });
    await expect(staleIfErrorCache.get({ id: 'b' })).rejects.toThrow('away');
    expect(found).toEqual(['superoffice', 'memory', 'database', 'stale', 'nothing']);
  });

  it('reads once for a hundred concurrent callers', async () => {
    const staleIfErrorCache = create();
    const all = await Promise.all(Array.from({ length: 100 }, () => staleIfErrorCache.get({ id: 'a' })));
    expect(new Set(all.map((each) => each?.content))).toEqual(new Set(['fresh a']));
    expect(reads).toEqual(['a']);
  });

  it('refreshes fresh data on request but not again within the minimum interval', async () => {
    const staleIfErrorCache = create();
    await staleIfErrorCache.get({ id: 'a' });
    await staleIfErrorCache.refresh({ id: 'a' });
    expect(reads).toEqual(['a']); // read just now
    now += ages.minRefreshIntervalMs + 1;
    answer = async () => 'newer';
    await Promise.all([staleIfErrorCache.refresh({ id: 'a' }), staleIfErrorCache.refresh({ id: 'a' })]);
    await staleIfErrorCache.refresh({ id: 'a' });
    expect(reads).toEqual(['a', 'a']);
    expect(await staleIfErrorCache.get({ id: 'a' })).toEqual({ content: 'newer', readAt: now, stale: false });
  });

  it('returns stale data when a requested refresh fails', async () => {
    const staleIfErrorCache = create();
    const { content } = (await staleIfErrorCache.get({ id: 'a' })) ?? {};
    now += ages.minRefreshIntervalMs + 1;
    answer = () => Promise.reject(new Error('away'));
    await staleIfErrorCache.refresh({ id: 'a' });
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content, stale: true });
  });

  it('keeps the values of different keys separate', async () => {
    const staleIfErrorCache = create();
    const [a, b] = await Promise.all([
      staleIfErrorCache.get({ id: 'a' }),
      staleIfErrorCache.get({ id: 'b' }),
    ]);
    expect([a?.content, b?.content]).toEqual(['fresh a', 'fresh b']);
  });

  it('does not read while the value stored by another process is fresh', async () => {
    kept.set('a', { content: 'kept', readAt: now - ages.maxAgeMs + 1 });
    const staleIfErrorCache = create();
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content: 'kept', stale: false });
    expect(reads).toEqual([]);
    now += 2;
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content: 'fresh a' });
  });

  it('reads again after the maximum age', async () => {
    const staleIfErrorCache = create();
    await staleIfErrorCache.get({ id: 'a' });
    now += ages.maxAgeMs + 1;
    answer = async () => 'newer';
    expect(await staleIfErrorCache.get({ id: 'a' })).toEqual({ content: 'newer', readAt: now, stale: false });
  });

  it('returns stale data when the source fails and waits before it retries', async () => {
    const staleIfErrorCache = create();
    const before = await staleIfErrorCache.get({ id: 'a' });
    now += ages.maxAgeMs + 1;
    answer = () => Promise.reject(new Error('down'));
    expect(await staleIfErrorCache.get({ id: 'a' })).toEqual({ ...before, stale: true });
    now += ages.retryAfterMs - 1;
    await staleIfErrorCache.get({ id: 'a' });
    expect(reads).toHaveLength(2);
    now += 2;
    answer = async () => 'up again';
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content: 'up again', stale: false });
    expect(failures).toEqual([['read', { id: 'a' }, new Error('down')]]);
  });

  it('throws the source error when nothing is cached and waits before it retries', async () => {
    const staleIfErrorCache = create();
    answer = () => Promise.reject(new Error('down'));
    await expect(staleIfErrorCache.get({ id: 'a' })).rejects.toThrow('down');
    answer = async () => 'up';
    now += ages.negativeTtlMs - 1;
    await expect(staleIfErrorCache.get({ id: 'a' })).rejects.toThrow('down');
    expect(reads).toHaveLength(1);
    now += 2;
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content: 'up' });
  });

  it('returns data that could not be saved and reports the failure', async () => {
    save = () => Promise.reject(new Error('disk full'));
    const staleIfErrorCache = create();
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content: 'fresh a', stale: false });
    await staleIfErrorCache.set({ id: 'b' }, 'told at sign-in');
    expect(await staleIfErrorCache.get({ id: 'b' })).toMatchObject({ content: 'told at sign-in' });
    expect(failures.map(([what, of]) => [what, of])).toEqual([
      ['save', { id: 'a' }],
      ['save', { id: 'b' }],
    ]);
  });

  it('returns null when the source refuses and nothing is cached', async () => {
    answer = async () => null;
    expect(await create().get({ id: 'a' })).toBeNull();
    expect(kept.size).toBe(0);
    expect(failures).toEqual([]);
  });

  it('returns cached data as fresh after a refusal and retries only after the maximum age', async () => {
    const readAt = now - ages.maxAgeMs;
    kept.set('a', { content: 'kept', readAt });
    answer = async () => null;
    const staleIfErrorCache = create();
    expect(await staleIfErrorCache.get({ id: 'a' })).toEqual({ content: 'kept', readAt, stale: false });
    now += ages.maxAgeMs - 1;
    await staleIfErrorCache.get({ id: 'a' });
    expect(reads).toEqual(['a']);
    expect(kept.get('a')?.content).toBe('kept');
  });

  it('replaces a cached value with a value that is put', async () => {
    const staleIfErrorCache = create();
    await staleIfErrorCache.get({ id: 'a' });
    now += 1000;
    await staleIfErrorCache.set({ id: 'a' }, 'told at sign-in');
    expect(await staleIfErrorCache.get({ id: 'a' })).toEqual({
      content: 'told at sign-in',
      readAt: now,
      stale: false,
    });
    expect(kept.get('a')?.content).toBe('told at sign-in');
    expect(reads).toEqual(['a']);
  });

  /** A read of `a` that the source has not answered yet. */
  async function readUnderWay(staleIfErrorCache: ReturnType<typeof create>) {
    let finish = (_content: string) => {};
    answer = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const waiting = staleIfErrorCache.get({ id: 'a' });
    await expect.poll(() => reads).toEqual(['a']);
    return { waiting, finish };
  }

  it('completes a pending read when a value is put and keeps the put value', async () => {
    const staleIfErrorCache = create();
    const { waiting, finish } = await readUnderWay(staleIfErrorCache);
    await staleIfErrorCache.set({ id: 'a' }, 'told at sign-in');
    finish('read');
    expect((await waiting)?.content).toBe('read');
    expect((await staleIfErrorCache.get({ id: 'a' }))?.content).toBe('told at sign-in');
  });

  it('completes a pending read when memory is full', async () => {
    const staleIfErrorCache = create();
    const { waiting, finish } = await readUnderWay(staleIfErrorCache);
    for (const id of ['b', 'c', 'd', 'e']) await staleIfErrorCache.set({ id }, id);
    finish('read');
    expect((await waiting)?.content).toBe('read');
  });

  it('limits the number of bytes cached in memory', async () => {
    const staleIfErrorCache = create();
    for (const id of ['a', 'b', 'c', 'd', 'a']) await staleIfErrorCache.get({ id });
    expect(reads).toEqual(['a', 'b', 'c', 'd']);
    kept.clear();
    await staleIfErrorCache.get({ id: 'b' });
    expect(reads).toEqual(['a', 'b', 'c', 'd', 'b']);
  });

  describe('with two processes', () => {
    /** Both over what is kept, and one turn at a time between them. */
    function createTwo() {
      const turns = createKeyedMutex();
      takeTurn = (of, work) => turns(of.id, work);
      return [create(), create()] as const;
    }

    it('reads once for both processes', async () => {
      const [one, other] = createTwo();
      const all = await Promise.all([one, other, one, other].map((each) => each.get({ id: 'a' })));
      expect(all.map((each) => each?.content)).toEqual(Array(4).fill('fresh a'));
      expect(reads).toEqual(['a']);
    });

    it('returns stale data when the lock of the other process is not released in time', async () => {
      await create().get({ id: 'a' });
      now += ages.maxAgeMs + 1;
      takeTurn = () => Promise.reject(new Error('busy'));
      expect(await create().get({ id: 'a' })).toMatchObject({ content: 'fresh a', stale: true });
      expect(failures).toEqual([['read', { id: 'a' }, new Error('busy')]]);
    });
  });

  it('dates a value by the start of its read', async () => {
    const began = now;
    answer = async () => {
      now += 5_000;
      return 'slow';
    };
    expect(await create().get({ id: 'a' })).toMatchObject({ content: 'slow', readAt: began });
  });

  it('reads again when the pending read started before the requested time', async () => {
    const staleIfErrorCache = create();
    let end = (_: string) => {};
    answer = () => new Promise((resolve) => (end = resolve));
    const first = staleIfErrorCache.get({ id: 'a' });
    await expect.poll(() => reads).toEqual(['a']);
    now += 1_000;
    const since = staleIfErrorCache.refreshIfOlderThan({ id: 'a' }, now);
    answer = async () => 'newer';
    now += 1_000;
    end('older');
    await Promise.all([first, since]);
    expect(reads).toEqual(['a', 'a']);
    expect(await staleIfErrorCache.get({ id: 'a' })).toMatchObject({ content: 'newer' });
  });

  it('passes the previous value to save', async () => {
    const befores: unknown[] = [];
    save = async ({ id }, snapshot, before) => {
      befores.push(before?.content ?? null);
      kept.set(id, snapshot);
    };
    const staleIfErrorCache = create();
    await staleIfErrorCache.get({ id: 'a' });
    now += ages.maxAgeMs + 1;
    answer = async () => 'newer';
    await staleIfErrorCache.get({ id: 'a' });
    expect(befores).toEqual([null, 'fresh a']);
  });
});
