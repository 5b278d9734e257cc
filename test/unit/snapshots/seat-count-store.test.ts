import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import type { TenantLicenses } from '../../../src/licensing/licenses/license-data.ts';
import type { SeatNumbers } from '../../../src/licensing/plans/seat-numbers.ts';
import { createSeatCountStore } from '../../../src/snapshots/seat-count-store.ts';
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

  it('are not stored for a tenant that was removed meanwhile', async () => {
    const before = await rows();
    await record('2026-11-26T08:00:00Z', [{ module: 'ten-sales', purchased: 1, inUse: 1 }], 'Cust9');
    expect(await rows()).toEqual(before);
  });
});
