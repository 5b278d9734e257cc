import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsPerSecond, createRateLimiter, maxCallWaitMs } from '../../../src/coordination/rate-limiter.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { emptyDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

describe('rate limiter', () => {
  const open: Database[] = [];

  beforeAll(async () => {
    const url = await emptyDatabase();
    for (let each = 0; each < 3; each += 1) open.push(await openDatabase(url, () => {}));
    const tenants = createTenantStore({
      db: processDb(0),
      secrets: createSecretBox(newKeyring()),
      now: Date.now,
    });
    for (const tenantId of ['Cust1', 'Cust2', 'Cust3', 'Cust4'])
      await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => Promise.all(open.map((db) => db.destroy())));

  function processDb(index: number): Database {
    const db = open[index % open.length];
    if (db === undefined) throw new Error('no database');
    return db;
  }

  /** When calls asked for at once by three processes may begin, ms from now; who is not let in is left out. */
  async function places(tenantId: string, calls: number): Promise<number[]> {
    const requestedAt = performance.now();
    const begins = await Promise.all(
      Array.from({ length: calls }, async (_each, index) => {
        const wait = await createRateLimiter({ db: processDb(index) })(tenantId);
        return wait === null ? [] : [performance.now() - requestedAt + wait];
      }),
    );
    return begins.flat().sort((one, other) => one - other);
  }

  it('admits ten calls at once and at most ten per second across all processes', async () => {
    const begins = await places('Cust1', 60);
    expect(begins).toHaveLength(60);
    expect(begins[callsPerSecond - 1]).toBeLessThan(1_000);
    // What an answer takes on its way to us is not exactly known.
    const slack = 250;
    for (const [index, begin] of begins.entries()) {
      const tenLater = begins[index + callsPerSecond];
      if (tenLater !== undefined) expect(tenLater - begin).toBeGreaterThan(1_250 - slack);
    }
  });

  it('limits each tenant separately', async () => {
    await places('Cust2', 30);
    expect((await places('Cust3', 1))[0]).toBeLessThan(1_000);
  });

  it('rejects a call that would have to wait too long', async () => {
    const begins = await places('Cust4', 150);
    expect(begins.length).toBeGreaterThanOrEqual(80);
    expect(begins.length).toBeLessThan(110);
    expect(begins.at(-1)).toBeLessThan(maxCallWaitMs + 2_500);
  });

  it('rejects a call for an unknown tenant', async () => {
    expect(await createRateLimiter({ db: processDb(0) })('Cust99')).toBeNull();
  });

  it('admits all of the first calls when they arrive concurrently', async () => {
    for (let round = 0; round < 20; round += 1) {
      await processDb(0).deleteFrom('rate_limits').execute();
      expect(await places('Cust1', 6)).toHaveLength(6);
    }
  });
});
