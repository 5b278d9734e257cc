import { beforeEach, describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  createCircuitBreaker,
  maxFailures,
} from '../../../../src/superoffice/api/circuit-breaker.ts';
import {
  SuperOfficeError,
  type SuperOfficeErrorCode,
} from '../../../../src/superoffice/transport/superoffice-error.ts';
import { refusal } from '../expect-rejection.ts';

const tenantId = 'Cust1';
const firstCooldown = 10_000;

describe('circuit breaker', () => {
  let now: number;
  let called: number;
  let opened: [string, number][];
  let circuitBreaker: CircuitBreaker;

  beforeEach(() => {
    now = Date.parse('2026-11-26T10:00:00Z');
    called = 0;
    opened = [];
    circuitBreaker = createCircuitBreaker({ now: () => now, onOpen: (...about) => opened.push(about) });
  });

  const through = (call: () => Promise<string>, of = tenantId) =>
    circuitBreaker.execute(of, 'licenses', () => {
      called += 1;
      return call();
    });
  const succeed = (of = tenantId) => through(async () => 'answer', of);
  /** The code of what came of a call that fails so. */
  const fail = async (code: SuperOfficeErrorCode = 'timeout', retryAfterSeconds?: number) => {
    const facts = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return (await refusal(through(() => Promise.reject(new SuperOfficeError(code, 'licenses', facts))))).code;
  };
  async function failOften(times: number): Promise<void> {
    for (let each = 0; each < times; each += 1) await fail();
  }

  it('returns the result or the error of a call while the circuit is closed', async () => {
    expect(await succeed()).toBe('answer');
    expect(await fail('server-error')).toBe('server-error');
    await expect(through(() => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
  });

  it.each<SuperOfficeErrorCode>(['timeout', 'unreachable', 'server-error', 'throttled'])(
    'opens after five consecutive %s errors and then rejects calls without executing them',
    async (code) => {
      for (let each = 0; each < maxFailures; each += 1) expect(await fail(code)).toBe(code);
      expect(opened).toEqual([[tenantId, firstCooldown]]);
      expect((await refusal(succeed())).code).toBe('circuit-open');
      expect(called).toBe(maxFailures);
      expect(await succeed('Cust2')).toBe('answer');
    },
  );

  it('does not open when a success or a definite refusal interrupts the failures', async () => {
    for (const between of [succeed, () => fail('forbidden'), () => fail('tenant-not-running')]) {
      await failOften(maxFailures - 1);
      await between();
    }
    expect(opened).toEqual([]);
  });

  it('ignores calls that our own rate limiter rejected', async () => {
    await failOften(maxFailures - 1);
    expect(await fail('too-many-calls')).toBe('too-many-calls');
    await fail();
    expect(opened).toHaveLength(1);
  });

  it('executes a probe after the cooldown and closes when it succeeds', async () => {
    await failOften(maxFailures);
    now += firstCooldown;
    expect(await succeed()).toBe('answer');
    await failOften(maxFailures - 1);
    expect(opened).toHaveLength(1);
  });

  it('doubles the cooldown after each failed probe, up to five minutes', async () => {
    await failOften(maxFailures);
    for (let trial = 0; trial < 7; trial += 1) {
      now += opened.at(-1)?.[1] ?? 0;
      await fail();
    }
    expect(opened.map(([, rest]) => rest / 1000)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('runs one half-open probe and executes the waiting calls after it succeeds', async () => {
    await failOften(maxFailures);
    now += firstCooldown;
    called = 0;
    let answer = (_: string) => {};
    const trial = through(() => new Promise((resolve) => (answer = resolve)));
    const waiting = [succeed(), succeed()];
    await new Promise((resolve) => setImmediate(resolve));
    expect(called).toBe(1);
    answer('tried');
    expect(await Promise.all([trial, ...waiting])).toEqual(['tried', 'answer', 'answer']);
    expect(called).toBe(3);
  });

  it('rejects the calls that waited for a failed half-open probe without executing them', async () => {
    await failOften(maxFailures);
    now += firstCooldown;
    called = 0;
    let refuse = (_: Error) => {};
    const trial = through(() => new Promise((_resolve, reject) => (refuse = reject)));
    const waiting = [succeed(), succeed()].map(refusal);
    refuse(new SuperOfficeError('timeout', 'licenses'));
    expect((await refusal(trial)).code).toBe('timeout');
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(['circuit-open', 'circuit-open']);
    expect(called).toBe(1);
  });

  it('opens once when many concurrent calls fail', async () => {
    await failOften(maxFailures - 1);
    await Promise.all(Array.from({ length: 20 }, () => fail()));
    expect(opened).toEqual([[tenantId, firstCooldown]]);
  });

  it('opens immediately for the Retry-After duration, up to one hour', async () => {
    await fail('throttled', 120);
    expect((await refusal(succeed())).code).toBe('circuit-open');
    now += 119_999;
    expect((await refusal(succeed())).code).toBe('circuit-open');
    now += 1;
    expect(await succeed()).toBe('answer');
    await fail('server-error', 86_400);
    expect(opened.map(([, rest]) => rest)).toEqual([120_000, 3_600_000]);
  });

  it('does not open for a Retry-After of zero', async () => {
    await fail('throttled', 0);
    expect(opened).toEqual([]);
  });

  it('opens when another process reports an open circuit and never shortens a known cooldown', async () => {
    circuitBreaker.openFromPeer(tenantId, 5_000);
    expect((await refusal(succeed())).code).toBe('circuit-open');
    circuitBreaker.openFromPeer(tenantId, 1_000);
    now += 4_999;
    expect((await refusal(succeed())).code).toBe('circuit-open');
    now += 1;
    expect(await succeed()).toBe('answer');
  });

  it('keeps doubling the cooldown when it receives its own circuit notification', async () => {
    await failOften(maxFailures);
    circuitBreaker.openFromPeer(tenantId, firstCooldown);
    now += firstCooldown;
    await fail();
    expect(opened.at(-1)).toEqual([tenantId, 2 * firstCooldown]);
  });
});
