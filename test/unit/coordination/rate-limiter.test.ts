import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callsPerSecond,
  createRateLimiter,
  maxCallWaitMs,
  maxSoonWaitMs,
} from '../../../src/coordination/rate-limiter.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { migratedDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

describe('rate limiter', () => {
  const databases: Database[] = [];

  beforeAll(async () => {
    const url = await migratedDatabase();
    for (let each = 0; each < 3; each += 1) databases.push(await openDatabase(url, () => {}));
    const tenants = createTenantStore({
      db: databaseOfProcess(0),
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: Date.now,
    });
    for (const tenantId of ['Cust1', 'Cust2', 'Cust3', 'Cust4'])
      await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => Promise.all(databases.map((db) => db.destroy())));

  function databaseOfProcess(index: number): Database {
    const db = databases[index % databases.length];
    if (db === undefined) throw new Error('no database');
    return db;
  }

  /** A call: when it was admitted at the earliest and at the latest, ms; in between, the database responded. */
  interface Start {
    readonly earliest: number;
    readonly latest: number;
  }

  /** When concurrent calls of three processes may start, ms from now, sorted; without rejected calls. */
  async function acquireMany(tenantId: string, calls: number): Promise<readonly Start[]> {
    const requestedAt = performance.now();
    const starts = await Promise.all(
      Array.from({ length: calls }, async (_each, index) => {
        const wait = await createRateLimiter({ db: databaseOfProcess(index) })(tenantId);
        return wait === null ? [] : [{ earliest: wait, latest: performance.now() - requestedAt + wait }];
      }),
    );
    return starts.flat().sort((one, other) => one.latest - other.latest);
  }

  it('admits ten calls at once and at most ten per second across all processes', async () => {
    const starts = await acquireMany('Cust1', 60);
    expect(starts).toHaveLength(60);
    expect(starts.filter(({ earliest }) => earliest === 0).length).toBeGreaterThanOrEqual(callsPerSecond);
    for (const [index, { earliest }] of starts.entries()) {
      const tenLater = starts[index + callsPerSecond];
      if (tenLater !== undefined) expect(tenLater.latest - earliest).toBeGreaterThan(1_000);
    }
  });

  it('limits each tenant separately', async () => {
    await acquireMany('Cust2', 30);
    expect((await acquireMany('Cust3', 1))[0]?.earliest).toBe(0);
  });

  it('rejects a call that would have to wait too long', async () => {
    const requestedAt = performance.now();
    const starts = await acquireMany('Cust4', 150);
    const elapsedSeconds = (performance.now() - requestedAt + maxCallWaitMs) / 1_000;
    expect(starts.length).toBeGreaterThanOrEqual(80);
    expect(starts.length).toBeLessThanOrEqual(callsPerSecond * (1 + elapsedSeconds));
    for (const { earliest } of starts) expect(earliest).toBeLessThanOrEqual(maxCallWaitMs);
  });

  it('admits calls from the spare ones only at once, and leaves two to others', async () => {
    const acquire = createRateLimiter({ db: databaseOfProcess(0) });
    await databaseOfProcess(0).deleteFrom('rate_limits').execute();
    const spare = [];
    for (let call = 0; call < 10; call += 1) spare.push(await acquire('Cust3', 'spare'));
    expect(spare).toEqual([0, 0, 0, 0, 0, 0, 0, 0, null, null]);
    expect([await acquire('Cust3'), await acquire('Cust3')]).toEqual([0, 0]);
  });

  it('rejects a call that is wanted soon and would have to wait longer', async () => {
    const acquire = createRateLimiter({ db: databaseOfProcess(0) });
    await databaseOfProcess(0).deleteFrom('rate_limits').execute();
    const soon = await Promise.all(Array.from({ length: 40 }, () => acquire('Cust3', 'soon')));
    const admitted = soon.filter((wait) => wait !== null);
    expect(admitted.length).toBeGreaterThanOrEqual(20);
    expect(admitted.length).toBeLessThan(40);
    expect(Math.max(...admitted)).toBeLessThanOrEqual(maxSoonWaitMs);
    expect(await acquire('Cust3')).not.toBeNull();
  });

  it('rejects a call for an unknown tenant', async () => {
    expect(await createRateLimiter({ db: databaseOfProcess(0) })('Cust99')).toBeNull();
  });

  it('admits all of the first calls when they arrive concurrently', async () => {
    for (let round = 0; round < 20; round += 1) {
      await databaseOfProcess(0).deleteFrom('rate_limits').execute();
      expect(await acquireMany('Cust1', 6)).toHaveLength(6);
    }
  });
});
