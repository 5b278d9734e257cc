import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import type { Tenant } from '../../../src/tenants/tenant.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const minute = 60_000;

describe('tenant reconciliation schedule', () => {
  let db: Database;
  let now: number;
  const secrets = createSecretBox(newKeyring());
  const store = () => createTenantStore({ db, secrets, now: () => now });

  beforeAll(async () => {
    db = await freshDatabase();
  });
  beforeEach(async () => {
    now = Date.parse('2026-11-26T10:00:00Z');
    await db.deleteFrom('tenants').execute();
  });
  afterAll(() => db.destroy());

  const install = (tenantId: string) =>
    store().saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  async function claimed(): Promise<Tenant> {
    const tenant = await store().claimDueTenant();
    if (tenant === null) throw new Error('no tenant is due');
    return tenant;
  }

  it('lets a tenant be claimed immediately after installation and again when it is due', async () => {
    await install('Cust1');
    const tenant = await claimed();
    expect(tenant).toMatchObject({ tenantId: 'Cust1', provisionedFingerprint: null });
    expect(tenant.reconciliation.setupStartedAt).toEqual(new Date(now));
    await store().completeReconcile(tenant, 60 * minute, null);
    expect(await store().claimDueTenant()).toBeNull();
    now += 60 * minute;
    expect((await claimed()).reconciliation).toMatchObject({
      failures: 0,
      lastError: null,
      setupStartedAt: null,
    });
  });

  it('gives a due tenant to one claim and releases it when the lease expires', async () => {
    await install('Cust1');
    const claims = await Promise.all([1, 2, 3, 4].map(() => store().claimDueTenant()));
    expect(claims.filter((tenant) => tenant !== null)).toHaveLength(1);
    now += 2 * minute - 1;
    expect(await store().claimDueTenant()).toBeNull();
    now += 1;
    expect((await claimed()).tenantId).toBe('Cust1');
  });

  it('claims new installations first, then the most overdue tenants, and never a revoked one', async () => {
    for (const tenantId of ['Cust1', 'Cust2', 'Cust3']) {
      await install(tenantId);
      await store().completeReconcile(await claimed(), Number(tenantId.at(-1)) * minute, null);
    }
    now += 10 * minute;
    await install('Cust4');
    await store().saveStatus('Cust2', 'revoked');
    expect([(await claimed()).tenantId, (await claimed()).tenantId, (await claimed()).tenantId]).toEqual([
      'Cust4',
      'Cust1',
      'Cust3',
    ]);
    expect(await store().claimDueTenant()).toBeNull();
  });

  it('records the number of consecutive failures and the last error', async () => {
    await install('Cust1');
    for (const failures of [1, 2]) {
      await store().completeReconcile(await claimed(), minute, 'timeout');
      expect((await store().find('Cust1'))?.reconciliation).toMatchObject({ failures, lastError: 'timeout' });
      now += minute;
    }
    await store().completeReconcile(await claimed(), minute, null);
    expect((await store().find('Cust1'))?.reconciliation).toMatchObject({ failures: 0, lastError: null });
  });

  it('keeps a new installation pending when an earlier reconciliation completes', async () => {
    await install('Cust1');
    const before = await claimed();
    now += 1_000;
    await install('Cust1');
    await store().completeReconcile(before, 60 * minute, null);
    expect((await store().find('Cust1'))?.reconciliation.setupStartedAt).toEqual(new Date(now));
    await store().completeReconcile(await claimed(), 60 * minute, null);
    expect((await store().find('Cust1'))?.reconciliation.setupStartedAt).toBeNull();
  });

  it('advances the reconciliation only of tenants with an outdated fingerprint', async () => {
    for (const [tenantId, fingerprint] of [
      ['Cust1', 'old'],
      ['Cust2', 'new'],
      ['Cust3', null],
    ] as const) {
      await install(tenantId);
      await store().completeReconcile(await claimed(), 60 * minute, null);
      await store().saveProvisioned(tenantId, fingerprint);
    }
    await store().scheduleOutdated('new', 10 * minute);
    const at = async (tenantId: string) =>
      ((await store().find(tenantId))?.reconciliation.at.getTime() ?? 0) - now;
    for (const tenantId of ['Cust1', 'Cust3']) {
      expect(await at(tenantId)).toBeGreaterThanOrEqual(0);
      expect(await at(tenantId)).toBeLessThanOrEqual(10 * minute);
    }
    expect(await at('Cust2')).toBe(60 * minute);
    now += 9 * minute;
    const due = await at('Cust1');
    await store().scheduleOutdated('new', 60 * minute);
    expect(await at('Cust1')).toBeLessThanOrEqual(due);
  });

  it('counts tenants by status', async () => {
    for (const tenantId of ['Cust1', 'Cust2', 'Cust3']) await install(tenantId);
    await store().saveStatus('Cust3', 'suspended');
    expect(await store().countByStatus()).toEqual({ active: 2, suspended: 1, deleting: 0, revoked: 0 });
  });
});
