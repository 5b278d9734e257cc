import { describe, expect, it } from 'vitest';
import { licenseEngine } from './fixtures/engine.ts';
import { tenantWith } from './fixtures/tenants.ts';

const today = '2026-12-01';

describe('tenants a license engine has opened', () => {
  it('stay open until the day or their data are others', () => {
    const tenant = tenantWith();
    const opened = licenseEngine(tenant, today);
    expect(licenseEngine(tenant, today)).toBe(opened);
    expect(licenseEngine(tenant, '2026-12-02')).not.toBe(opened);
    expect(licenseEngine(tenantWith(), today)).not.toBe(opened);
  });

  it('are 64 at most: the one that was not asked for the longest is closed', () => {
    const tenants = Array.from({ length: 64 }, () => tenantWith());
    const opened = tenants.map((tenant) => licenseEngine(tenant, today));
    const isOpen = (place: number) => licenseEngine(tenants[place] ?? null, today) === opened[place];
    expect([0, 63].map(isOpen)).toEqual([true, true]);
    licenseEngine(tenantWith(), today);
    // The first was asked for a moment ago, so the second went.
    expect([0, 2, 63].map(isOpen)).toEqual([true, true, true]);
    expect(isOpen(1)).toBe(false);
  });
});
