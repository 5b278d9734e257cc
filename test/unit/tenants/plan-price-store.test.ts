import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import type { PlanPrices } from '../../../src/licensing/billing/plan-prices.ts';
import { createPlanPriceStore, type PlanPriceStore } from '../../../src/tenants/plan-price-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const tenantId = 'Cust1';

describe('plan prices', () => {
  let db: Database;
  let store: PlanPriceStore;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createPlanPriceStore({ db });
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    await tenants.saveConsent({
      tenantId,
      companyName: 'A',
      serial: '1',
      systemToken: 'token',
      associateId: 5,
    });
  });
  afterAll(() => db.destroy());

  const prices = (currency: string, amount: bigint): PlanPrices => ({
    currency,
    byPlan: new Map([
      ['sales-premium', { amount, period: 'month' }],
      ['core', { amount: 0n, period: 'year' }],
    ]),
  });

  it('are stored exactly, the smallest and the largest', async () => {
    for (const amount of [1n, 999_999_999_999n]) {
      await store.save(tenantId, prices('NOK', amount));
      expect(await store.find(tenantId)).toEqual(prices('NOK', amount));
    }
  });

  it('are replaced as a whole, and deleted', async () => {
    await store.save(tenantId, prices('NOK', 5n));
    const one: PlanPrices = { currency: 'EUR', byPlan: new Map([['plus', { amount: 7n, period: 'year' }]]) };
    await store.save(tenantId, one);
    expect(await store.find(tenantId)).toEqual(one);
    for (const none of [{ currency: 'EUR', byPlan: new Map() }, null]) {
      await store.save(tenantId, one);
      await store.save(tenantId, none);
      expect(await store.find(tenantId)).toBeNull();
    }
  });

  it('of administrators who save at the same time are never mixed', async () => {
    const all = Array.from({ length: 8 }, (_, index) => prices('NOK', BigInt(index + 1)));
    await Promise.all(all.map((each) => store.save(tenantId, each)));
    expect(all).toContainEqual(await store.find(tenantId));
  });
});
