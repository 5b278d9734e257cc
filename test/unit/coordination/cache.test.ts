import { beforeEach, describe, expect, it } from 'vitest';
import { type Cache, createCache } from '../../../src/coordination/cache.ts';

interface Row {
  readonly name: string;
}

const startTime = Date.parse('2026-11-26T10:00:00Z');

describe('createCache', () => {
  let now: number;
  let reads: number;
  let row: Row | null;
  let cache: Cache<Row>;

  beforeEach(() => {
    now = startTime;
    reads = 0;
    row = { name: 'first' };
    cache = createCache<Row>(3, () => now);
  });

  const get = (key = 'Cust1/5') =>
    cache.get(key, async () => {
      reads += 1;
      return row;
    });

  it('reads once and returns the same object until it is invalidated', async () => {
    const first = await get();
    expect(await get()).toBe(first);
    expect(reads).toBe(1);
    row = { name: 'second' };
    cache.invalidate('Cust1/5');
    expect(await get()).toEqual({ name: 'second' });
  });

  it('reads once for concurrent callers', async () => {
    await Promise.all([get(), get(), get()]);
    expect(reads).toBe(1);
  });

  it('caches a missing value for ten seconds, or until its key is invalidated', async () => {
    row = null;
    expect(await get()).toBeNull();
    row = { name: 'created later' };
    expect(await get()).toBeNull();
    expect(reads).toBe(1);
    now += 10_001;
    expect(await get()).toEqual({ name: 'created later' });

    row = null;
    expect(await get('Cust2/5')).toBeNull();
    row = { name: 'created later' };
    cache.invalidate('Cust2/5');
    expect(await get('Cust2/5')).toEqual({ name: 'created later' });
  });

  it('does not cache a missing value if its key was invalidated during the read', async () => {
    let finishRead = (_row: null) => {};
    const reading = cache.get('Cust1/5', () => new Promise<null>((resolve) => (finishRead = resolve)));
    await Promise.resolve();
    cache.invalidate('Cust1/5');
    finishRead(null);
    expect(await reading).toBeNull();
    expect(await get()).toEqual({ name: 'first' });
  });

  it('keeps its values however many missing keys are read', async () => {
    const first = await get();
    row = null;
    for (let index = 0; index < 20; index += 1) await get(`made-up ${index}`);
    expect(await get()).toBe(first);
  });

  it('does not cache a read that started before the invalidation', async () => {
    let finishRead = (_row: Row) => {};
    const reading = cache.get('Cust1/5', () => new Promise<Row>((resolve) => (finishRead = resolve)));
    await Promise.resolve();
    cache.invalidate('Cust1/5');
    finishRead({ name: 'old' });
    expect(await reading, 'the waiting caller gets the read value').toEqual({ name: 'old' });
    expect(await get()).toEqual({ name: 'first' });
  });

  it('invalidates the entries that match, or the whole cache', async () => {
    for (const key of ['Cust1/5', 'Cust1/6', 'Cust12/5']) await get(key);
    cache.invalidateWhere((key) => key.startsWith('Cust1/'));
    for (const key of ['Cust1/5', 'Cust1/6', 'Cust12/5']) await get(key);
    expect(reads).toBe(5);
    cache.invalidateAll();
    await get('Cust12/5');
    expect(reads).toBe(6);
  });

  it('reads again after ten minutes in case a notification was missed', async () => {
    await get();
    now = startTime + 600_000;
    await get();
    expect(reads).toBe(1);
    now = startTime + 600_001;
    await get();
    expect(reads).toBe(2);
  });

  it('limits the number of entries', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await get(key);
    await get('a');
    expect(reads).toBe(5);
  });

  it('propagates a failed read and reads again the next time', async () => {
    await expect(cache.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await get('a')).toEqual({ name: 'first' });
  });
});
