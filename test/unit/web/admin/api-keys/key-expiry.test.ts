import { describe, expect, it } from 'vitest';
import { keyExpiry, keysNearExpiry } from '../../../../../src/web/admin/api-keys/key-expiry.ts';

const now = Date.parse('2026-12-01T12:00:00Z');
const key = (days: number | null, revokedAt: Date | null = null) => ({
  days,
  expiresAt: days === null ? null : new Date(now + days * 86_400_000),
  revokedAt,
});

describe('the expiry of an API key', () => {
  it.each([
    [null, 'later'],
    [15, 'later'],
    [14, 'soon'],
    [1 / 24, 'soon'],
    [0, 'expired'],
    [-1, 'expired'],
  ] as const)('in %s days is %s', (days, expiry) => {
    expect(keyExpiry(key(days), now)).toBe(expiry);
  });

  it('is near for 14 days before and after, if the key is in use', () => {
    const keys = [key(null), key(15), key(14), key(-14), key(-15), key(3, new Date(now))];
    expect(keysNearExpiry(keys, now).map(({ days }) => days)).toEqual([14, -14]);
  });
});
