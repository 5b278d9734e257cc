import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { fallbackMs } from '../../../src/tenants/consent.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { getTenant } from '../../support/get-tenant.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { uncontendedLock } from '../../support/locks.ts';

const minute = 60_000;

describe('tenant reconciliation schedule', () => {
  let db: Database;
  let now: number;
  const secrets = createSecretBox(newKeyring());
  const store = () => createTenantStore({ db, secrets, deleteJobs: async () => {}, now: () => now });

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
  const intervalMs = 60 * minute;
  /** Takes the tenants that are due, and returns their identifiers in order. */
  async function take(jitter = 0): Promise<string[]> {
    const taken: string[] = [];
    await store().takeDueTenants(
      { intervalMs, revokedIntervalMs: 24 * intervalMs, jitter },
      async (tenantIds) => void taken.push(...tenantIds),
    );
    return taken.sort();
  }
  const get = (tenantId: string) => getTenant(store(), tenantId);

  it('takes a tenant after its installation and again when an interval has passed', async () => {
    await install('Cust1');
    expect(await take()).toEqual([]);
    now += fallbackMs;
    expect(await take()).toEqual(['Cust1']);
    expect(await take()).toEqual([]);
    now += intervalMs - 1;
    expect(await take()).toEqual([]);
    now += 1;
    expect(await take()).toEqual(['Cust1']);
  });

  it('gives each tenant to one of several processes', async () => {
    for (const tenantId of ['Cust1', 'Cust2', 'Cust3']) await install(tenantId);
    now += fallbackMs;
    const taken = await Promise.all([1, 2, 3, 4].map(() => take()));
    expect(taken.flat().sort()).toEqual(['Cust1', 'Cust2', 'Cust3']);
  });

  it('leaves tenants due whose jobs cannot be stored', async () => {
    await install('Cust1');
    now += fallbackMs;
    const failing = store().takeDueTenants({ intervalMs, revokedIntervalMs: intervalMs, jitter: 0 }, () =>
      Promise.reject(new Error('unavailable')),
    );
    await expect(failing).rejects.toThrow('unavailable');
    expect(await take()).toEqual(['Cust1']);
  });

  it('spreads the next reconciliations by the jitter', async () => {
    const ids = Array.from({ length: 40 }, (_each, index) => `Cust${index}`);
    for (const tenantId of ids) await install(tenantId);
    now += fallbackMs;
    await take(0.2);
    const delays = (await Promise.all(ids.map(get))).map(
      ({ reconciliation }) => reconciliation.at.getTime() - now,
    );
    expect(new Set(delays).size).toBeGreaterThan(30);
    for (const delay of delays) expect(Math.abs(delay - intervalMs)).toBeLessThanOrEqual(0.2 * intervalMs);
  });

  it('takes a tenant that revoked its consent once in the longer interval', async () => {
    await install('Cust1');
    await store().saveStatus(await get('Cust1'), 'revoked');
    now += fallbackMs;
    expect(await take()).toEqual(['Cust1']);
    now += 23 * intervalMs;
    expect(await take()).toEqual([]);
    now += intervalMs;
    expect(await take()).toEqual(['Cust1']);
  });

  it('records the number of consecutive failures and the last error', async () => {
    await install('Cust1');
    for (const failures of [1, 2]) {
      await store().completeReconcile(await get('Cust1'), minute, 'timeout');
      expect((await get('Cust1')).reconciliation).toMatchObject({ failures, lastError: 'timeout' });
    }
    await store().completeReconcile(await get('Cust1'), minute, null);
    expect((await get('Cust1')).reconciliation).toMatchObject({ failures: 0, lastError: null });
  });

  it('keeps a new installation pending when an earlier reconciliation completes', async () => {
    await install('Cust1');
    const before = await get('Cust1');
    now += 1_000;
    await install('Cust1');
    await store().completeReconcile(before, 60 * minute, null);
    expect((await get('Cust1')).reconciliation).toMatchObject({
      at: new Date(now + fallbackMs),
      setupStartedAt: new Date(now),
    });
    await store().completeReconcile(await get('Cust1'), 60 * minute, null);
    expect((await get('Cust1')).reconciliation.setupStartedAt).toBeNull();
  });

  it('advances the reconciliation only of tenants with an outdated fingerprint', async () => {
    for (const [tenantId, fingerprint] of [
      ['Cust1', 'old'],
      ['Cust2', 'new'],
      ['Cust3', null],
    ] as const) {
      await install(tenantId);
      await store().completeReconcile(await get(tenantId), 60 * minute, null);
      await store().saveProvisioned(tenantId, fingerprint, uncontendedLock(db));
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

  it('advances more tenants than one statement does', async () => {
    await sql`
      insert into tenants (context_identifier, company_name, serial, system_token_encrypted, consented_by, consented_at,
        next_reconcile_at)
      select 'Cust' || n, '', '1', '', 1, now(), ${new Date(now + 60 * minute)} from generate_series(1, 5001) as n`.execute(
      db,
    );
    await store().scheduleOutdated('new', 10 * minute);
    now += 10 * minute;
    expect(await take()).toHaveLength(5001);
  });

  it('counts tenants by status', async () => {
    for (const tenantId of ['Cust1', 'Cust2', 'Cust3']) await install(tenantId);
    await store().saveStatus(await get('Cust3'), 'suspended');
    expect(await store().countByStatus()).toEqual({ active: 2, suspended: 1, deleting: 0, revoked: 0 });
  });
});
