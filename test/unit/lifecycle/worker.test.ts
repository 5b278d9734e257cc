import { describe, expect, it } from 'vitest';
import { startWorker } from '../../../src/lifecycle/worker.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A worker over a list of things; each is worked on until it is told to end. */
function setUp({ concurrency = 1, pollIntervalMs = 60_000 } = {}) {
  const things: string[] = [];
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const failures: string[] = [];
  let broken = false;
  const worker = startWorker<string>({
    async take() {
      if (broken) throw new Error('away');
      return things.shift() ?? null;
    },
    processNext(thing) {
      began.push(thing);
      return new Promise((resolve) => ends.set(thing, resolve));
    },
    onClaimFailed: ({ message }) => failures.push(message),
    concurrency,
    pollIntervalMs,
  });
  return {
    worker,
    things,
    began,
    failures,
    breakDown: (is: boolean) => {
      broken = is;
    },
    end: (thing: string) => ends.get(thing)?.(),
  };
}

describe('startWorker', () => {
  it('claims work when woken and continues while there is more', async () => {
    const { worker, things, began, end } = setUp();
    await settled();
    things.push('a', 'b');
    await settled();
    expect(began).toEqual([]);
    worker.wake();
    await settled();
    expect(began).toEqual(['a']);
    end('a');
    await settled();
    expect(began).toEqual(['a', 'b']);
    end('b');
    await worker.stop();
  });

  it('claims work at the poll interval without being woken', async () => {
    const { worker, things, began, end } = setUp({ pollIntervalMs: 20 });
    await settled();
    things.push('a');
    await expect.poll(() => began).toEqual(['a']);
    end('a');
    await worker.stop();
  });

  it('processes as many items at once as its concurrency allows', async () => {
    const { worker, things, began, end } = setUp({ concurrency: 2 });
    await settled();
    things.push('a', 'b', 'c');
    worker.wake();
    await settled();
    expect(began).toEqual(['a', 'b']);
    for (const thing of ['a', 'b']) end(thing);
    await settled();
    end('c');
    await worker.stop();
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('finishes the item in progress when stopped and claims no other', async () => {
    const { worker, things, began, end } = setUp();
    await settled();
    things.push('a', 'b');
    worker.wake();
    await settled();
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(stopped).toBe(false);
    end('a');
    await stopping;
    await settled();
    expect(began).toEqual(['a']);
  });

  it('reports a failed claim and tries again at the next poll', async () => {
    const { worker, things, began, failures, breakDown, end } = setUp({ pollIntervalMs: 20 });
    breakDown(true);
    await expect.poll(() => failures.length).toBeGreaterThan(0);
    breakDown(false);
    things.push('a');
    await expect.poll(() => began).toEqual(['a']);
    expect(new Set(failures)).toEqual(new Set(['away']));
    end('a');
    await worker.stop();
  });
});
