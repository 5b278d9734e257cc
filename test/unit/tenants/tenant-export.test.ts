import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createTenantExport } from '../../../src/tenants/tenant-export.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { getTenant } from '../../support/get-tenant.ts';
import { newKeyring } from '../../support/keyrings.ts';

const at = new Date('2026-11-26T10:00:00Z');

describe('the users and seats of a tenant', () => {
  let db: Database;
  const tenants = () =>
    createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: Date.now,
    });
  beforeAll(async () => {
    db = await freshDatabase();
    for (const tenantId of ['Cust1', 'Cust2']) {
      await tenants().saveConsent({
        tenantId,
        companyName: '',
        serial: '1',
        systemToken: 't',
        associateId: 1,
      });
      const own = { context_identifier: tenantId };
      await db
        .insertInto('tenant_users')
        .values({ ...own, associate_id: 5, name: 'Åsa', user_plan: 'A', last_login_at: at, plan_since: at })
        .execute();
      // Two pages of 2,000 rows and one more.
      await sql`
        insert into user_plan_periods (context_identifier, associate_id, user_plan, began_at, ended_at)
        select ${tenantId}, 5, 'plan ' || number, ${at}, ${at} from generate_series(1, 4001) as number`.execute(
        db,
      );
      await db
        .insertInto('seat_counts')
        .values(
          ['2026-11-25', '2026-11-26'].map((day) => {
            return { ...own, day, module: 'ten-sales', purchased: 10, in_use: 8 };
          }),
        )
        .execute();
    }
  });
  afterAll(() => db.destroy());

  it('are in the export of the tenant, each row once', async () => {
    const parts = [];
    for await (const part of createTenantExport({ db })('Cust1')) parts.push(part);
    const exported = JSON.parse(parts.join(''));
    expect(exported.users).toMatchObject([{ name: 'Åsa', last_login_at: '2026-11-26T10:00:00+00:00' }]);
    expect(new Set(exported.userPlanPeriods.map((row: { user_plan: string }) => row.user_plan)).size).toBe(
      4_001,
    );
    expect(exported.userPlanPeriods).toHaveLength(4_001);
    expect(exported.seatCounts.map((row: { day: string }) => row.day)).toEqual(['2026-11-25', '2026-11-26']);
    expect(parts.join('')).not.toContain('Cust2');
  });

  it('are deleted with the tenant, and only its own', async () => {
    await tenants().purge(await getTenant(tenants(), 'Cust1'), null);
    for (const table of ['tenant_users', 'user_plan_periods', 'seat_counts'] as const)
      expect(await db.selectFrom(table).select('context_identifier').distinct().execute()).toEqual([
        { context_identifier: 'Cust2' },
      ]);
  });
});
