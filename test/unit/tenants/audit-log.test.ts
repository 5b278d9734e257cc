import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createAuditLog } from '../../../src/tenants/audit-log.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { getTenant } from '../../support/get-tenant.ts';
import { newKeyring } from '../../support/keyrings.ts';

const consent = { companyName: '', serial: '1', systemToken: 't', associateId: 5 };

describe('audit log', () => {
  let db: Database;
  const tenants = () =>
    createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: () => Date.parse('2026-11-26'),
    });
  const events = async (tenantId: string) =>
    (await createAuditLog({ db, now: Date.now }).latest(tenantId, 100)).map(({ event }) => event.event);

  beforeAll(async () => {
    db = await freshDatabase();
  });
  afterAll(() => db.destroy());

  it('writes one event when several processes make the same change concurrently', async () => {
    await tenants().saveConsent({ tenantId: 'Cust1', ...consent });
    const tenant = await getTenant(tenants(), 'Cust1');
    await Promise.all([1, 2, 3, 4].map(() => tenants().saveStatus(tenant, 'suspended')));
    expect(await events('Cust1')).toEqual(['status-changed', 'installed']);
    await Promise.all([1, 2, 3, 4].map(() => tenants().purge(tenant, 5)));
    expect(await events('Cust1')).toEqual(['deleted']);
  });

  it('rolls back a change when its event cannot be written', async () => {
    await tenants().saveConsent({ tenantId: 'Cust2', ...consent });
    const tenant = await getTenant(tenants(), 'Cust2');
    await db.schema.alterTable('audit_log').renameTo('audit_log_away').execute();
    await expect(tenants().saveConsent({ tenantId: 'Cust3', ...consent })).rejects.toThrow();
    await expect(tenants().purge(tenant, 5)).rejects.toThrow();
    await expect(tenants().saveStatus(tenant, 'revoked')).rejects.toThrow();
    await db.schema.alterTable('audit_log_away').renameTo('audit_log').execute();
    expect(await tenants().find('Cust3')).toBeNull();
    expect((await tenants().find('Cust2'))?.status).toBe('active');
  });
});
