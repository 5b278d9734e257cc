import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import type { TenantLicenses } from '../../../src/licensing/licenses/license-data.ts';
import type { SeatNumbers } from '../../../src/licensing/plans/seat-numbers.ts';
import { createSeatCountStore, type SeatCountStore } from '../../../src/snapshots/seat-count-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

describe('seat counts', () => {
  let db: Database;
  beforeAll(async () => {
    db = await freshDatabase();
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    await tenants.saveConsent({
      tenantId: 'Cust1',
      companyName: '',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
  });
  afterAll(() => db.destroy());

  const record = (at: string, seats: readonly SeatNumbers[], tenantId = 'Cust1') =>
    createSeatCountStore({ db, count: () => seats }).record(tenantId, {
      content: {} as TenantLicenses,
      readAt: Date.parse(at),
    });
  async function listAll(listed: ReturnType<SeatCountStore['list']>) {
    const all = [];
    for await (const each of listed) all.push(each);
    return all;
  }
  const rows = () => db.selectFrom('seat_counts').selectAll().orderBy('day').orderBy('module').execute();

  it('has one row for each plan and UTC day, of the latest read of the day', async () => {
    const sales = { module: 'ten-sales', purchased: 10, inUse: 8 };
    const service = { module: 'ten-service', purchased: null, inUse: null };
    await record('2026-11-26T08:00:00Z', [sales, { ...service, module: 'cancelled' }]);
    await record('2026-11-26T23:59:59Z', [{ ...sales, inUse: 9 }, service]);
    await record('2026-11-27T00:00:00Z', [sales]);
    const own = { context_identifier: 'Cust1' };
    expect(await rows()).toEqual([
      { ...own, day: '2026-11-26', module: 'ten-sales', purchased: 10, in_use: 9 },
      { ...own, day: '2026-11-26', module: 'ten-service', purchased: null, in_use: null },
      { ...own, day: '2026-11-27', module: 'ten-sales', purchased: 10, in_use: 8 },
    ]);
  });

  it('are added up for each day, of all plans or one; a number that one plan lacks is missing', async () => {
    const store = createSeatCountStore({ db, count: () => [] });
    const sums = (since: string, module: string | null) => store.sumByDay('Cust1', { since, module });
    await record('2026-11-28T08:00:00Z', [
      { module: 'ten-sales', purchased: 10, inUse: 8 },
      { module: 'ten-service', purchased: 5, inUse: 1 },
    ]);
    expect(await sums('2026-11-26', null)).toEqual([
      { day: '2026-11-26', purchased: null, inUse: null },
      { day: '2026-11-27', purchased: 10, inUse: 8 },
      { day: '2026-11-28', purchased: 15, inUse: 9 },
    ]);
    expect(await sums('2026-11-27', 'ten-service')).toEqual([{ day: '2026-11-28', purchased: 5, inUse: 1 }]);
    expect(await store.describe('Cust1', '2026-11-27')).toEqual({
      firstDay: '2026-11-26',
      modules: ['ten-sales', 'ten-service'],
    });
    expect(await store.describe('Cust9', '2026-11-27')).toEqual({ firstDay: null, modules: [] });
  });

  it('are listed by day and plan, however many there are', async () => {
    const store = createSeatCountStore({ db, count: () => [] });
    const plans = Array.from({ length: 2_100 }, (_, index) => `plan-${String(index).padStart(4, '0')}`);
    await record(
      '2026-11-29T08:00:00Z',
      plans.map((module) => ({ module, purchased: 1, inUse: 0 })),
    );
    const listed = await listAll(store.list('Cust1', { since: '2026-11-28', module: null }));
    expect(listed.slice(0, 2)).toEqual([
      { day: '2026-11-28', module: 'ten-sales', purchased: 10, inUse: 8 },
      { day: '2026-11-28', module: 'ten-service', purchased: 5, inUse: 1 },
    ]);
    expect(listed.slice(2).map(({ module }) => module)).toEqual(plans);
    const one = await listAll(store.list('Cust1', { since: '2026-11-28', module: 'ten-service' }));
    expect(one).toHaveLength(1);
  });

  it('are not stored for a tenant that was removed meanwhile', async () => {
    const before = await rows();
    await record('2026-11-26T08:00:00Z', [{ module: 'ten-sales', purchased: 1, inUse: 1 }], 'Cust9');
    expect(await rows()).toEqual(before);
  });
});
