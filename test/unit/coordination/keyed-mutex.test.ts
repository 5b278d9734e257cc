import { describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../src/coordination/keyed-mutex.ts';

/** Tasks that run until `end` is called; `started` lists them in order. */
function createTasks() {
  const withLock = createKeyedMutex();
  const started: string[] = [];
  const finishers = new Map<string, () => void>();
  const run = (key: string, label: string) =>
    withLock(key, async () => {
      started.push(label);
      await new Promise<void>((resolve) => finishers.set(label, resolve));
      return label;
    });
  const flush = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (label: string) => {
    finishers.get(label)?.();
    await flush();
  };
  return { withLock, started, run, end, flush };
}

describe('createKeyedMutex', () => {
  it('runs the tasks of one key one at a time in arrival order', async () => {
    const { started, run, end, flush } = createTasks();
    const all = ['a1', 'a2', 'a3'].map((label) => run('a', label));
    await flush();
    expect(started).toEqual(['a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2']);
    await end('a2');
    await end('a3');
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3']);
  });

  it('does not wait for the queue of another key', async () => {
    const { started, run, end, flush } = createTasks();
    const all = [run('a', 'a1'), run('a', 'a2'), run('b', 'b1')];
    await flush();
    expect(started).toEqual(['a1', 'b1']);
    for (const label of ['a1', 'b1', 'a2']) await end(label);
    await Promise.all(all);
  });

  it('runs the next task after a task fails', async () => {
    const { withLock } = createTasks();
    const failing = withLock('a', () => Promise.reject(new Error('refused')));
    const next = withLock('a', async () => 'done');
    await expect(failing).rejects.toThrow('refused');
    expect(await next).toBe('done');
  });
});
