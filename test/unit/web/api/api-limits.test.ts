import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../../src/errors.ts';
import { createApiLimits } from '../../../../src/web/api/api-limits.ts';

const server = { tenantId: 'Cust1', keyId: 'a', associateId: null };
const from = (clientAddress: string) => ({ clientAddress }) as Request;

/** The calls that pass before one is refused, at most 10,000. */
function countPassing(call: () => void): number {
  for (let count = 0; count < 10_000; count += 1)
    try {
      call();
    } catch (error) {
      expect(error).toMatchObject({ code: 'api-limit', status: 429 });
      expect((error as AppError).retryAfterSeconds).toBe(1);
      return count;
    }
  return 10_000;
}

describe('limits of the license API', () => {
  it('let a key send its share, and all keys of a tenant twice as much', () => {
    let now = 0;
    const limits = createApiLimits(100, () => now);
    expect(countPassing(() => limits.countRequest(server))).toBe(200);
    now += 1_000;
    expect(countPassing(() => limits.countRequest(server))).toBe(100);
    const tenant = createApiLimits(100, () => 0);
    const keys = ['a', 'b', 'c'].map((keyId) =>
      countPassing(() => tenant.countRequest({ ...server, keyId })),
    );
    expect(keys).toEqual([200, 200, 0]);
    expect(countPassing(() => tenant.countRequest({ ...server, tenantId: 'Cust2', keyId: 'd' }))).toBe(200);
  });

  it('stop one user of a browser and leave the others', () => {
    const limits = createApiLimits(10_000, () => 0);
    const browser = (associateId: number) =>
      countPassing(() => limits.countRequest({ ...server, associateId }));
    expect([browser(101), browser(102)]).toEqual([300, 300]);
    expect(countPassing(() => limits.countRequest(server))).toBe(10_000);
  });

  it('stop the failures and the made-up keys of one client', () => {
    const limits = createApiLimits(10_000, () => 0);
    const failures = (address: string) => countPassing(() => limits.countFailure(from(address)));
    expect([failures('203.0.113.1'), failures('2001:db8::1'), failures('2001:db8::2')]).toEqual([
      300, 300, 0,
    ]);
    const lookups = (address: string) => countPassing(() => limits.countLookup(from(address)));
    expect(['1', '2', '3', '4', '5', '6'].map((each) => lookups(`203.0.113.${each}`))).toEqual([
      ...[100, 100, 100, 100, 100, 0],
    ]);
    limits.uncountLookup(from('203.0.113.1'));
    expect(lookups('203.0.113.1')).toBe(1);
  });
});
