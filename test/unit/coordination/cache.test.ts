import { beforeEach, describe, expect, it } from 'vitest';
import { type Cache, createCache } from '../../../src/coordination/cache.ts';

interface Row {
  readonly name: string;
}

const start = Date.parse('2026-11-26T10:00:00Z');

describe('createMemory', () => {
  let now: number;
  let reads: number;
  let row: Row | null;
  let memory: Cache<Row>;

  beforeEach(() => {
    now = start;
    reads = 0;
    row = { name: 'first' };
    memory = createCache<Row>(3, () => now);
  });

  const get = (key = 'Cust1/5') =>
    memory.get(key, async () => {
      reads += 1;
      return row;
    });

  it('reads once, and gives the same object until it is told to forget', async () => {
    const first = await get();
    expect(await get()).toBe(first);
    expect(reads).toBe(1);
    row = { name: 'second' };
    memory.invalidate('Cust1/5');
    expect(await get()).toEqual({ name: 'second' });
  });

  it('reads once however many ask at the same time', async () => {
    await Promise.all([get(), get(), get()]);
    expect(reads).toBe(1);
  });

  it('asks again for what was not there', async () => {
    row = null;
    expect(await get()).toBeNull();
    row = { name: 'now there' };
    expect(await get()).toEqual({ name: 'now there' });
  });

  it('does not keep what was read before it was told to forget', async () => {
    let answer = (_row: Row) => {};
    const reading = memory.get('Cust1/5', () => new Promise<Row>((resolve) => (answer = resolve)));
    await Promise.resolve();
    memory.invalidate('Cust1/5');
    answer({ name: 'old' });
    expect(await reading, 'who waits is answered').toEqual({ name: 'old' });
    expect(await get()).toEqual({ name: 'first' });
  });

  it('forgets all below a key, and everything', async () => {
    for (const key of ['Cust1/5', 'Cust1/6', 'Cust12/5']) await get(key);
    memory.invalidatePrefix('Cust1/');
    for (const key of ['Cust1/5', 'Cust1/6', 'Cust12/5']) await get(key);
    expect(reads).toBe(5);
    memory.invalidateAll();
    await get('Cust12/5');
    expect(reads).toBe(6);
  });

  it('asks again after ten minutes, should a notice have been missed', async () => {
    await get();
    now = start + 600_000;
    await get();
    expect(reads).toBe(1);
    now = start + 600_001;
    await get();
    expect(reads).toBe(2);
  });

  it('keeps no more than it may', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await get(key);
    await get('a');
    expect(reads).toBe(5);
  });

  it('tells of a failed read whoever asked, and tries again', async () => {
    await expect(memory.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await get('a')).toEqual({ name: 'first' });
  });
});
