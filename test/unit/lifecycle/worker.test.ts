import { describe, expect, it } from 'vitest';
import { startWorker } from '../../../src/lifecycle/worker.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A worker over a list of items; each is in progress until `finish` is called for it. */
function setUp({ concurrency = 1, pollIntervalMs = 60_000 } = {}) {
  const items: string[] = [];
  const started: string[] = [];
  const finishers = new Map<string, () => void>();
  const failures: string[] = [];
  let broken = false;
  const worker = startWorker<string>({
    async claim() {
      if (broken) throw new Error('unavailable');
      return items.shift() ?? null;
    },
    processItem(item) {
      started.push(item);
      return new Promise((resolve) => finishers.set(item, resolve));
    },
    onClaimFailed: ({ message }) => failures.push(message),
    concurrency,
    pollIntervalMs,
  });
  return {
    worker,
    items,
    started,
    failures,
    failClaims: (is: boolean) => {
      broken = is;
    },
    finish: (item: string) => finishers.get(item)?.(),
  };
}

describe('startWorker', () => {
  it('claims work when woken and continues while there is more', async () => {
    const { worker, items, started, finish } = setUp();
    await settled();
    items.push('a', 'b');
    await settled();
    expect(started).toEqual([]);
    worker.wake();
    await settled();
    expect(started).toEqual(['a']);
    finish('a');
    await settled();
    expect(started).toEqual(['a', 'b']);
    finish('b');
    await worker.stop();
  });

  it('claims work at the poll interval without being woken', async () => {
    const { worker, items, started, finish } = setUp({ pollIntervalMs: 20 });
    await settled();
    items.push('a');
    await expect.poll(() => started).toEqual(['a']);
    finish('a');
    await worker.stop();
  });

  it('processes as many items at once as its concurrency allows', async () => {
    const { worker, items, started, finish } = setUp({ concurrency: 2 });
    await settled();
    items.push('a', 'b', 'c');
    worker.wake();
    await settled();
    expect(started).toEqual(['a', 'b']);
    for (const item of ['a', 'b']) finish(item);
    await settled();
    finish('c');
    await worker.stop();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('finishes the item in progress when stopped and claims no other', async () => {
    const { worker, items, started, finish } = setUp();
    await settled();
    items.push('a', 'b');
    worker.wake();
    await settled();
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(stopped).toBe(false);
    finish('a');
    await stopping;
    await settled();
    expect(started).toEqual(['a']);
  });

  it('reports a failed claim and tries again at the next poll', async () => {
    const { worker, items, started, failures, failClaims, finish } = setUp({ pollIntervalMs: 20 });
    failClaims(true);
    await expect.poll(() => failures.length).toBeGreaterThan(0);
    failClaims(false);
    items.push('a');
    await expect.poll(() => started).toEqual(['a']);
    expect(new Set(failures)).toEqual(new Set(['unavailable']));
    finish('a');
    await worker.stop();
  });
});
