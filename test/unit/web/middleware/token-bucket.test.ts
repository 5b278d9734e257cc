import { beforeEach, describe, expect, it } from 'vitest';
import { createTokenBuckets, type TokenBuckets } from '../../../../src/web/middleware/token-bucket.ts';

describe('createTokenBuckets', () => {
  let now: number;
  let buckets: TokenBuckets;

  beforeEach(() => {
    now = Date.parse('2026-11-29T10:00:00Z');
    buckets = createTokenBuckets({ burst: 3, perSecond: 0.5 }, () => now);
  });

  const takeAll = () => [1, 2, 3].map(() => buckets.take('a'));

  it('gives a burst, then says how long to wait, for each key', () => {
    expect(takeAll()).toEqual([0, 0, 0]);
    expect(buckets.take('a')).toBe(2);
    expect(buckets.waitSeconds('a')).toBe(2);
    expect(buckets.take('b')).toBe(0);
  });

  it('refills at its rate, up to the burst', () => {
    takeAll();
    now += 1_000;
    expect(buckets.take('a')).toBe(1);
    now += 1_000;
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 2]);
    now += 24 * 60 * 60_000;
    expect([...takeAll(), buckets.take('a')]).toEqual([0, 0, 0, 2]);
  });

  it('takes nothing when it refuses', () => {
    takeAll();
    for (let count = 0; count < 100; count += 1) buckets.take('a');
    now += 2_000;
    expect(buckets.take('a')).toBe(0);
  });

  it('takes back a token that was given back, never above the burst', () => {
    takeAll();
    buckets.giveBack('a');
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 2]);
    buckets.giveBack('b');
    buckets.giveBack('b');
    expect([0, 1, 2, 3].map(() => buckets.take('b'))).toEqual([0, 0, 0, 2]);
  });

  it('refuses no longer than a refill takes when the clock is set back', () => {
    takeAll();
    now -= 60 * 60_000;
    expect(buckets.take('a')).toBeLessThanOrEqual(2);
  });
});
