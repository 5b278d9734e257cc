import { describe, expect, it } from 'vitest';
import { createWriteBatcher } from '../../../src/coordination/write-batcher.ts';
import { AppError } from '../../../src/errors.ts';

/** A `write` that blocks until `finishWrite`; `written` lists the items of each call. */
function createSlowWriter() {
  const written: string[][] = [];
  let finish = () => {};
  const write = async (items: readonly string[]) => {
    written.push([...items]);
    await new Promise<void>((resolve) => (finish = resolve));
    return items.map((item) => item.toUpperCase());
  };
  const finishWrite = async () => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { write, written, finishWrite };
}

describe('createWriteBatcher', () => {
  it('writes a single item immediately and batches the items that arrive during the write', async () => {
    const { write, written, finishWrite } = createSlowWriter();
    const add = createWriteBatcher(write, 10);
    const results = Promise.all(['a', 'b', 'c'].map(add));
    expect(written).toEqual([['a']]);
    await finishWrite();
    expect(written).toEqual([['a'], ['b', 'c']]);
    const late = add('d');
    await finishWrite();
    expect(await results).toEqual(['A', 'B', 'C']);
    await finishWrite();
    expect(await late).toBe('D');
  });

  it('limits the size of a batch', async () => {
    const { write, written, finishWrite } = createSlowWriter();
    const add = createWriteBatcher(write, 2);
    const results = Promise.all(['a', 'b', 'c', 'd'].map(add));
    for (let each = 0; each < 3; each += 1) await finishWrite();
    await results;
    expect(written).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('rejects only the invalid item of a failed batch', async () => {
    const add = createWriteBatcher(async (items: readonly string[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (items.includes('invalid')) throw new Error('rejected');
      return items;
    }, 10);
    const results = await Promise.allSettled(['first', 'a', 'invalid', 'b'].map(add));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await add('later')).toBe('later');
  });

  it('does not retry the items one by one when the database is unavailable', async () => {
    let attempts = 0;
    const add = createWriteBatcher(async (_items: readonly string[]): Promise<string[]> => {
      attempts += 1;
      await new Promise((resolve) => setImmediate(resolve));
      throw new AppError('database-unavailable');
    }, 10);
    const results = await Promise.allSettled(['first', 'a', 'b', 'c'].map(add));
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    expect(attempts).toBe(2);
  });
});
