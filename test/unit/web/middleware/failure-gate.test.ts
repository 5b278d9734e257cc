import { describe, expect, it } from 'vitest';
import { createFailureGate, type FailureGate } from '../../../../src/web/middleware/failure-gate.ts';
import { createTokenBuckets } from '../../../../src/web/middleware/token-bucket.ts';

const createGate = (burst: number) =>
  createFailureGate(createTokenBuckets({ burst, perSecond: 1 / 60 }, () => 0));

/** Attempts that end when the test says so, and what became of each. */
function attemptMany(gate: FailureGate, count: number) {
  const started: ((error?: Error) => void)[] = [];
  const outcomes = Array.from({ length: count }, () =>
    gate
      .pass(
        'all',
        () =>
          new Promise<void>(
            (resolve, reject) => void started.push((error) => (error ? reject(error) : resolve())),
          ),
        (error) => error instanceof Error && error.message === 'refused',
      )
      .then(
        () => 'passed',
        (error: Error) => error.message,
      ),
  );
  return { started, outcomes };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('createFailureGate', () => {
  it('lets any number of attempts pass that do not fail, as many at a time as may fail', async () => {
    const { started, outcomes } = attemptMany(createGate(3), 10);
    for (let ended = 0; ended < 10; ended += 1) {
      await settled();
      expect(started.length - ended).toBe(Math.min(3, 10 - ended));
      started[ended]?.();
    }
    expect(await Promise.all(outcomes)).toEqual(Array(10).fill('passed'));
  });

  it('refuses those that wait when too many have failed', async () => {
    const gate = createGate(3);
    const { started, outcomes } = attemptMany(gate, 6);
    await settled();
    for (let each = 0; each < 3; each += 1) started[each]?.(new Error('refused'));
    const refused = 'too-many-requests';
    expect(await Promise.all(outcomes)).toEqual(['refused', 'refused', 'refused', refused, refused, refused]);
    expect(started).toHaveLength(3);
    const later = attemptMany(gate, 1);
    expect(await Promise.all(later.outcomes)).toEqual([refused]);
  });

  it('does not count other failures', async () => {
    const { started, outcomes } = attemptMany(createGate(1), 3);
    for (let each = 0; each < 3; each += 1) {
      await settled();
      started[each]?.(new Error('unrelated'));
    }
    expect(await Promise.all(outcomes)).toEqual(Array(3).fill('unrelated'));
  });

  it('keeps the attempts of different keys apart', async () => {
    const gate = createGate(1);
    void gate.pass(
      'one',
      () => new Promise(() => {}),
      () => true,
    );
    expect(
      await gate.pass(
        'other',
        async () => 'passed',
        () => true,
      ),
    ).toBe('passed');
  });
});
