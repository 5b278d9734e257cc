import { describe, expect, it } from 'vitest';
import { findExpiredLicenses } from '../../../../src/licensing/licenses/expired-licenses.ts';
import { grantedLicense } from '../fixtures/tenants.ts';

const today = '2026-12-01';
const validUntil = (name: string, expiryDate: string | null) => ({
  name,
  license: grantedLicense({ name, expiryDate }),
});

describe('findExpiredLicenses', () => {
  it('treats a license as valid through its expiry date', () => {
    expect([...findExpiredLicenses([validUntil('a', '2026-12-01')], [], today)]).toEqual([]);
    expect([...findExpiredLicenses([validUntil('a', '2026-11-30')], [], today)]).toEqual([
      ['a', '2026-11-30'],
    ]);
  });

  it('returns nothing when no license has expired, even with expiry dates in the future', () => {
    expect([
      ...findExpiredLicenses([validUntil('a', null), validUntil('b', '2027-01-01')], [], today),
    ]).toEqual([]);
  });

  it('expires a license with the plan that assigns it, unless it is also granted directly', () => {
    const plans = [{ name: 'plan', set: ['assigned', 'granted'] }];
    const granted = [validUntil('plan', '2026-06-30'), validUntil('granted', null)];
    expect([...findExpiredLicenses(granted, plans, today)]).toEqual([
      ['plan', '2026-06-30'],
      ['assigned', '2026-06-30'],
    ]);
  });

  it('keeps a license valid as long as one of the plans that assign it is valid', () => {
    const plans = [
      { name: 'old', set: ['both'] },
      { name: 'new', set: ['both'] },
    ];
    const granted = [validUntil('old', '2026-06-30'), validUntil('new', '2027-06-30')];
    expect([...findExpiredLicenses(granted, plans, today)]).toEqual([['old', '2026-06-30']]);
  });
});
