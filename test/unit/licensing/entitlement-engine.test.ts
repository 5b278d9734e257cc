import { describe, expect, it } from 'vitest';
import { entitlementEngine } from './fixtures/engine.ts';
import { tenantWith } from './fixtures/tenants.ts';

const today = '2026-12-01';

describe('cache of entitlement engines', () => {
  it('reuses the engine of a tenant until the day or the license data change', () => {
    const tenant = tenantWith();
    const engine = entitlementEngine(tenant, today);
    expect(entitlementEngine(tenant, today)).toBe(engine);
    expect(entitlementEngine(tenant, '2026-12-02')).not.toBe(engine);
    expect(entitlementEngine(tenantWith(), today)).not.toBe(engine);
  });

  it('caches at most 64 tenants and evicts the least recently used one', () => {
    const tenants = Array.from({ length: 64 }, () => tenantWith());
    const engines = tenants.map((tenant) => entitlementEngine(tenant, today));
    const isCached = (index: number) => entitlementEngine(tenants[index] ?? null, today) === engines[index];
    expect([0, 63].map(isCached)).toEqual([true, true]);
    entitlementEngine(tenantWith(), today);
    // The first was asked for a moment ago, so the second went.
    expect([0, 2, 63].map(isCached)).toEqual([true, true, true]);
    expect(isCached(1)).toBe(false);
  });
});
