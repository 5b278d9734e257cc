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
    // The first engine was used most recently, so the second one was evicted.
    expect([0, 2, 63].map(isCached)).toEqual([true, true, true]);
    expect(isCached(1)).toBe(false);
  });
});
