import { describe, expect, it } from 'vitest';
import { createWriteBatcher } from '../../../src/coordination/write-batcher.ts';
import { AppError } from '../../../src/errors.ts';

/** Writes when it is let, and tells what it was given each time. */
function slowWriter() {
  const written: string[][] = [];
  let goOn = () => {};
  const write = async (items: readonly string[]) => {
    written.push([...items]);
    await new Promise<void>((resolve) => (goOn = resolve));
    return items.map((item) => item.toUpperCase());
  };
  const letWrite = async () => {
    goOn();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { write, written, letWrite };
}

describe('createWriteBatcher', () => {
  it('writes a single item immediately and batches the items that arrive during the write', async () => {
    const { write, written, letWrite } = slowWriter();
    const put = createWriteBatcher(write, 10);
    const results = Promise.all(['a', 'b', 'c'].map(put));
    expect(written).toEqual([['a']]);
    await letWrite();
    expect(written).toEqual([['a'], ['b', 'c']]);
    const late = put('d');
    await letWrite();
    expect(await results).toEqual(['A', 'B', 'C']);
    await letWrite();
    expect(await late).toBe('D');
  });

  it('limits the size of a batch', async () => {
    const { write, written, letWrite } = slowWriter();
    const put = createWriteBatcher(write, 2);
    const results = Promise.all(['a', 'b', 'c', 'd'].map(put));
    for (let each = 0; each < 3; each += 1) await letWrite();
    await results;
    expect(written).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('rejects only the invalid item of a failed batch', async () => {
    const put = createWriteBatcher(async (items: readonly string[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (items.includes('bad')) throw new Error('refused');
      return items;
    }, 10);
    const results = await Promise.allSettled(['first', 'a', 'bad', 'b'].map(put));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await put('later')).toBe('later');
  });

  it('does not retry the items one by one when the database is unavailable', async () => {
    let tries = 0;
    const put = createWriteBatcher(async (_items: readonly string[]): Promise<string[]> => {
      tries += 1;
      await new Promise((resolve) => setImmediate(resolve));
      throw new AppError('database-unavailable');
    }, 10);
    const results = await Promise.allSettled(['first', 'a', 'b', 'c'].map(put));
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    expect(tries).toBe(2);
  });
});
