import { describe, expect, it } from 'vitest';
import type { JobQueue } from '../../../src/coordination/jobs/job-queue.ts';
import { areJobTablesCurrent } from '../../../src/coordination/jobs/job-tables.ts';
import { createLazyJobQueue } from '../../../src/coordination/jobs/lazy-job-queue.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { emptyDatabase, migratedDatabase } from '../../support/database.ts';

function fakeQueue(calls: string[]): JobQueue {
  const record = (name: string) => async () => void calls.push(name);
  return {
    enqueue: record('enqueue'),
    process: record('process'),
    schedule: record('schedule'),
    deadLetters: { list: async () => [], retry: async () => 0 },
    stopProcessing: record('stopProcessing'),
    close: record('close'),
  };
}

describe('createLazyJobQueue', () => {
  it('opens the queue once, with its first use, and closes it', async () => {
    const calls: string[] = [];
    const queue = createLazyJobQueue(async () => {
      calls.push('open');
      return fakeQueue(calls);
    });
    await queue.stopProcessing();
    expect(calls).toEqual([]);
    await Promise.all([queue.enqueue('purges', []), queue.schedule('purges', '* * * * *')]);
    await queue.close();
    expect(calls).toEqual(['open', 'enqueue', 'schedule', 'close']);
  });

  it('opens nothing to close', async () => {
    const calls: string[] = [];
    await createLazyJobQueue(async () => fakeQueue([String(calls.push('open'))])).close();
    expect(calls).toEqual([]);
  });

  it('reports an unavailable database, and opens the queue again with the next use', async () => {
    const calls: string[] = [];
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const results = [() => Promise.reject(refused), async () => fakeQueue(calls)];
    const queue = createLazyJobQueue(() => results.shift()?.() ?? Promise.reject(new Error('opened thrice')));
    await expect(queue.enqueue('purges', [])).rejects.toMatchObject({ code: 'database-unavailable' });
    await queue.enqueue('purges', []);
    expect(calls).toEqual(['enqueue']);
  });
});

it('knows whether the tables of jobs are there', async () => {
  for (const [url, expected] of [
    [await emptyDatabase(), false],
    [await migratedDatabase(), true],
  ] as const) {
    const db = await openDatabase(url, () => {});
    expect(await areJobTablesCurrent(db)).toBe(expected);
    await db.destroy();
  }
});
