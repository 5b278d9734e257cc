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
import { expectRejection } from '../expect-rejection.ts';

const tenantId = 'Cust1';
const firstCooldownMs = 10_000;

describe('circuit breaker', () => {
  let now: number;
  let called: number;
  let opened: [string, number][];
  let circuitBreaker: CircuitBreaker;

  beforeEach(() => {
    now = Date.parse('2026-11-26T10:00:00Z');
    called = 0;
    opened = [];
    circuitBreaker = createCircuitBreaker({ now: () => now, onOpen: (...circuit) => opened.push(circuit) });
  });

  const execute = (call: () => Promise<string>, id = tenantId) =>
    circuitBreaker.execute(id, 'licenses', () => {
      called += 1;
      return call();
    });
  const succeed = (id = tenantId) => execute(async () => 'result', id);
  /** Executes a call that fails with `code` and returns the code of the resulting error. */
  const fail = async (code: SuperOfficeErrorCode = 'timeout', retryAfterSeconds?: number) => {
    const facts = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return (
      await expectRejection(execute(() => Promise.reject(new SuperOfficeError(code, 'licenses', facts))))
    ).code;
  };
  async function failTimes(times: number): Promise<void> {
    for (let each = 0; each < times; each += 1) await fail();
  }

  it('returns the result or the error of a call while the circuit is closed', async () => {
    expect(await succeed()).toBe('result');
    expect(await fail('server-error')).toBe('server-error');
    await expect(execute(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });

  it.each<SuperOfficeErrorCode>(['timeout', 'unreachable', 'server-error', 'throttled'])(
    'opens after five consecutive %s errors and then rejects calls without executing them',
    async (code) => {
      for (let each = 0; each < maxFailures; each += 1) expect(await fail(code)).toBe(code);
      expect(opened).toEqual([[tenantId, firstCooldownMs]]);
      now += 2_500;
      const rejection = { code: 'circuit-open', retryAfterSeconds: 8 };
      await expect(succeed()).rejects.toMatchObject(rejection);
      expect(called).toBe(maxFailures);
      expect(await succeed('Cust2')).toBe('result');
    },
  );

  it('does not open when a success or a definite refusal interrupts the failures', async () => {
    for (const between of [succeed, () => fail('forbidden'), () => fail('tenant-not-running')]) {
      await failTimes(maxFailures - 1);
      await between();
    }
    expect(opened).toEqual([]);
  });

  it('ignores calls that our own rate limiter rejected', async () => {
    await failTimes(maxFailures - 1);
    expect(await fail('too-many-calls')).toBe('too-many-calls');
    await fail();
    expect(opened).toHaveLength(1);
  });

  it('executes a probe after the cooldown and closes when it succeeds', async () => {
    await failTimes(maxFailures);
    now += firstCooldownMs;
    expect(await succeed()).toBe('result');
    await failTimes(maxFailures - 1);
    expect(opened).toHaveLength(1);
  });

  it('doubles the cooldown after each failed probe, up to five minutes', async () => {
    await failTimes(maxFailures);
    for (let probe = 0; probe < 7; probe += 1) {
      now += opened.at(-1)?.[1] ?? 0;
      await fail();
    }
    expect(opened.map(([, cooldownMs]) => cooldownMs / 1000)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('runs one half-open probe and executes the waiting calls after it succeeds', async () => {
    await failTimes(maxFailures);
    now += firstCooldownMs;
    called = 0;
    let finishProbe = (_: string) => {};
    const probe = execute(() => new Promise((resolve) => (finishProbe = resolve)));
    const waiting = [succeed(), succeed()];
    await new Promise((resolve) => setImmediate(resolve));
    expect(called).toBe(1);
    finishProbe('probe result');
    expect(await Promise.all([probe, ...waiting])).toEqual(['probe result', 'result', 'result']);
    expect(called).toBe(3);
  });

  it('rejects the calls that waited for a failed half-open probe without executing them', async () => {
    await failTimes(maxFailures);
    now += firstCooldownMs;
    called = 0;
    let failProbe = (_: Error) => {};
    const probe = execute(() => new Promise((_resolve, reject) => (failProbe = reject)));
    const waiting = [succeed(), succeed()].map(expectRejection);
    failProbe(new SuperOfficeError('timeout', 'licenses'));
    expect((await expectRejection(probe)).code).toBe('timeout');
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(['circuit-open', 'circuit-open']);
    expect(called).toBe(1);
  });

  it('opens once when many concurrent calls fail', async () => {
    await failTimes(maxFailures - 1);
    await Promise.all(Array.from({ length: 20 }, () => fail()));
    expect(opened).toEqual([[tenantId, firstCooldownMs]]);
  });

  it('opens immediately for the Retry-After duration, up to one hour', async () => {
    await fail('throttled', 120);
    expect((await expectRejection(succeed())).code).toBe('circuit-open');
    now += 119_999;
    expect((await expectRejection(succeed())).code).toBe('circuit-open');
    now += 1;
    expect(await succeed()).toBe('result');
    await fail('server-error', 86_400);
    expect(opened.map(([, cooldownMs]) => cooldownMs)).toEqual([120_000, 3_600_000]);
  });

  it('does not open for a Retry-After of zero', async () => {
    await fail('throttled', 0);
    expect(opened).toEqual([]);
  });

  it('opens when another process reports an open circuit and never shortens a known cooldown', async () => {
    circuitBreaker.openFromPeer(tenantId, 5_000);
    expect((await expectRejection(succeed())).code).toBe('circuit-open');
    circuitBreaker.openFromPeer(tenantId, 1_000);
    now += 4_999;
    expect((await expectRejection(succeed())).code).toBe('circuit-open');
    now += 1;
    expect(await succeed()).toBe('result');
  });

  it('keeps doubling the cooldown when it receives its own circuit notification', async () => {
    await failTimes(maxFailures);
    circuitBreaker.openFromPeer(tenantId, firstCooldownMs);
    now += firstCooldownMs;
    await fail();
    expect(opened.at(-1)).toEqual([tenantId, 2 * firstCooldownMs]);
  });
});
