import { describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../src/coordination/keyed-mutex.ts';

/** Works that go on until they are told to end; `began` lists them in order. */
function setUp() {
  const withLock = createKeyedMutex();
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string, label: string) =>
    withLock(name, async () => {
      began.push(label);
      await new Promise<void>((end) => ends.set(label, end));
      return label;
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (label: string) => {
    ends.get(label)?.();
    await settled();
  };
  return { withLock, began, work, end, settled };
}

describe('createKeyedMutex', () => {
  it('runs the tasks of one key one at a time in arrival order', async () => {
    const { began, work, end, settled } = setUp();
    const all = ['a1', 'a2', 'a3'].map((label) => work('a', label));
    await settled();
    expect(began).toEqual(['a1']);
    await end('a1');
    expect(began).toEqual(['a1', 'a2']);
    await end('a2');
    await end('a3');
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3']);
  });

  it('does not wait for the queue of another key', async () => {
    const { began, work, end, settled } = setUp();
    const all = [work('a', 'a1'), work('a', 'a2'), work('b', 'b1')];
    await settled();
    expect(began).toEqual(['a1', 'b1']);
    for (const label of ['a1', 'b1', 'a2']) await end(label);
    await Promise.all(all);
  });

  it('runs the next task after a task fails', async () => {
    const { withLock } = setUp();
    const failing = withLock('a', () => Promise.reject(new Error('refused')));
    const next = withLock('a', async () => 'done');
    await expect(failing).rejects.toThrow('refused');
    expect(await next).toBe('done');
  });
});
