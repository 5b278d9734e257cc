import { describe, expect, it } from 'vitest';
import { findExpiredLicenses, type Granted } from '../../../../src/licensing/licenses/expired-licenses.ts';
import { grantedLicense } from '../fixtures/tenants.ts';

const today = '2026-12-01';
const until = (name: string, expiryDate: string | null): Granted => ({
  name,
  license: grantedLicense({ name, expiryDate }),
});

describe('lapsedLicenses', () => {
  it('takes a day for the last one that counts', () => {
    expect([...findExpiredLicenses([until('a', '2026-12-01')], [], today)]).toEqual([]);
    expect([...findExpiredLicenses([until('a', '2026-11-30')], [], today)]).toEqual([['a', '2026-11-30']]);
  });

  it('tells nothing where nothing lapsed, though dates lie ahead', () => {
    expect([...findExpiredLicenses([until('a', null), until('b', '2027-01-01')], [], today)]).toEqual([]);
  });

  it('takes what only a plan assigns for as good as the plan, and what is granted too for as good as that', () => {
    const plans = [{ name: 'plan', set: ['assigned', 'granted'] }];
    const granted = [until('plan', '2026-06-30'), until('granted', null)];
    expect([...findExpiredLicenses(granted, plans, today)]).toEqual([
      ['plan', '2026-06-30'],
      ['assigned', '2026-06-30'],
    ]);
  });

  it('counts what several plans assign as long as one of them does', () => {
    const plans = [
      { name: 'old', set: ['both'] },
      { name: 'new', set: ['both'] },
    ];
    const granted = [until('old', '2026-06-30'), until('new', '2027-06-30')];
    expect([...findExpiredLicenses(granted, plans, today)]).toEqual([['old', '2026-06-30']]);
  });
});
