import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../src/coordination/keyed-mutex.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { createTicketStore } from '../../../src/tenants/ticket-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { getTenant } from '../../support/get-tenant.ts';
import { newKeyring } from '../../support/keyrings.ts';

const stored = { ticket: '7T:secret-of-Cust1', exchangedAt: Date.parse('2026-11-26T10:00:00Z') };

describe('createTicketStore', () => {
  let db: Database;
  const secrets = createSecretBox(newKeyring());
  const storeWith = (box = secrets) => createTicketStore({ db, secrets: box, locks: createKeyedMutex() });
  const tenants = () => createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });

  beforeAll(async () => {
    db = await freshDatabase();
  });
  beforeEach(async () => {
    await db.deleteFrom('tenants').execute();
    await tenants().saveConsent({
      tenantId: 'Cust1',
      companyName: '',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
  });
  afterAll(() => db.destroy());

  it('stores only the latest ticket of a tenant, encrypted', async () => {
    expect(await storeWith().find('Cust1')).toBeNull();
    await storeWith().save('Cust1', { ...stored, ticket: '7T:older' });
    await storeWith().save('Cust1', stored);
    expect(await storeWith().find('Cust1')).toEqual(stored);
    expect(JSON.stringify(await db.selectFrom('tickets').selectAll().execute())).not.toContain('secret-of');
  });

  it('stores no ticket for a tenant that is not installed', async () => {
    await storeWith().save('Cust2', stored);
    expect(await storeWith().find('Cust2')).toBeNull();
  });

  it('ignores a ticket that was encrypted with another key or for another tenant', async () => {
    await storeWith().save('Cust1', stored);
    expect(await storeWith(createSecretBox(newKeyring('other'))).find('Cust1')).toBeNull();
    await tenants().saveConsent({
      tenantId: 'Cust2',
      companyName: '',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
    const copied = await db.selectFrom('tickets').selectAll().executeTakeFirstOrThrow();
    await db
      .insertInto('tickets')
      .values({ ...copied, context_identifier: 'Cust2' })
      .execute();
    expect(await storeWith().find('Cust2')).toBeNull();
  });

  it('deletes the ticket with the tenant', async () => {
    await storeWith().save('Cust1', stored);
    await tenants().purge(await getTenant(tenants(), 'Cust1'), null);
    expect(await db.selectFrom('tickets').selectAll().execute()).toEqual([]);
  });
});
