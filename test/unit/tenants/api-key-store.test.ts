import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  type ApiKeyStore,
  createApiKeyStore,
  isActive,
  maxApiKeys,
  type NewApiKey,
} from '../../../src/tenants/api-key-store.ts';
import { createApiKeyUses } from '../../../src/tenants/api-key-uses.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { createApiKey } from '../../support/api-keys.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const actor = { tenantId: 'Cust1', associateId: 5 };
const minute = 60_000;

describe('API keys', () => {
  let db: Database;
  let store: ApiKeyStore;
  let now = Date.parse('2026-11-29T10:00:00Z');
  const clock = () => now;

  beforeAll(async () => {
    db = await freshDatabase();
    const tenants = createTenantStore({
      ...{ db, secrets: createSecretBox(newKeyring()), deleteJobs: async () => {}, now: clock },
    });
    for (const tenantId of ['Cust1', 'Cust2'])
      await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 5 });
  });
  beforeEach(async () => {
    await db.deleteFrom('api_keys').execute();
    store = createApiKeyStore({ db, uses: createApiKeyUses({ db, now: clock, onFailed: fail }), now: clock });
  });
  afterAll(() => db.destroy());

  const fail = (error: unknown) => {
    throw error;
  };
  const create = (chosen: Partial<NewApiKey> & { tenantId?: string } = {}) =>
    createApiKey(store, { tenantId: 'Cust1', ...chosen });

  it('are stored as hashes only', async () => {
    const key = await create();
    expect(key).toMatch(/^pls_[\w-]{43}$/);
    const rows = JSON.stringify(await db.selectFrom('api_keys').selectAll().execute());
    expect(rows).not.toContain(key.slice(4, -4));
    expect(await store.findByKey(key)).toMatchObject({ tenantId: 'Cust1', kind: 'secret', isRevoked: false });
  });

  it('are found with one query, also if they do not exist, and none for what has another form', async () => {
    const read = vi.fn();
    const key = await create({ kind: 'publishable' });
    const unknown = `pls_${'x'.repeat(43)}`;
    for (let count = 0; count < 3; count += 1)
      for (const each of [key, unknown]) await store.findByKey(each, read);
    expect(read).toHaveBeenCalledTimes(2);
    for (const each of ['', 'pls_', `${key}x`, key.slice(0, -1), key.replace('plp', 'plx'), ` ${key}`])
      expect(await store.findByKey(each, read)).toBeNull();
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('end with their expiry or revocation, once', async () => {
    const key = await create({ expiresAt: new Date(now + minute) });
    const { id = '' } = (await store.findByKey(key)) ?? {};
    expect(await store.findActive(id)).toMatchObject({ id });
    now += minute;
    expect(await store.findActive(id)).toBeNull();
    const other = await create();
    const known = await store.findByKey(other);
    expect(await store.revoke({ ...actor, tenantId: 'Cust2' }, known?.id ?? '')).toBe(false);
    expect(known && isActive(known, now)).toBe(true);
    expect(await store.revoke(actor, known?.id ?? '')).toBe(true);
    expect(await store.revoke(actor, known?.id ?? '')).toBe(false);
    expect(await store.findByKey(other)).toMatchObject({ isRevoked: true });
    expect(await store.findActive(known?.id ?? '')).toBeNull();
    expect(await store.findActive(randomUUID())).toBeNull();
  });

  it('allow the origins of publishable keys in use', async () => {
    const origin = 'https://app.example';
    expect(await store.allowsOrigin(origin)).toBe(false);
    await create({ kind: 'publishable', origins: ['https://other.example', origin], tenantId: 'Cust2' });
    expect(await store.allowsOrigin(origin)).toBe(true);
    expect(await store.allowsOrigin('https://app')).toBe(false);
    await db
      .updateTable('api_keys')
      .set({ revoked_at: new Date(now) })
      .execute();
    expect(await store.allowsOrigin(origin)).toBe(true);
    store.invalidate('Cust2');
    expect(await store.allowsOrigin(origin)).toBe(false);
  });

  it('have a limit for each tenant, also if several are created at once', async () => {
    const created = await Promise.allSettled(Array.from({ length: maxApiKeys + 5 }, () => create()));
    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(maxApiKeys);
    await create({ tenantId: 'Cust2' });
    const [first] = await store.list('Cust1');
    await store.revoke(actor, first?.id ?? '');
    await create();
  });

  it('count their uses with one write, which is repeated after a failure', async () => {
    const onFailed = vi.fn();
    const uses = createApiKeyUses({ db, now: clock, onFailed });
    const counted = createApiKeyStore({ db, uses, now: clock });
    const { id = '' } = (await store.findByKey(await create())) ?? {};
    for (let count = 0; count < 1_000; count += 1) counted.countUse(id);
    const broken = { ...db, transaction: () => fail(new Error('database is gone')) } as unknown as Database;
    const failing = createApiKeyUses({ db: broken, now: clock, onFailed });
    failing.count(id);
    await expect(failing.flush()).rejects.toThrow('database is gone');
    await expect(failing.flush()).rejects.toThrow('database is gone');
    expect(await counted.list('Cust1')).toMatchObject([{ uses: 1_000, lastUsedAt: new Date(now) }]);
    now -= minute;
    counted.countUse(id);
    now += minute;
    expect(await counted.list('Cust1')).toMatchObject([{ uses: 1_001, lastUsedAt: new Date(now) }]);
  });

  it('report changes until the listener ends', async () => {
    const changes: (string | null)[] = [];
    const end = store.onChange((tenantId) => changes.push(tenantId));
    const key = await create();
    await store.revoke(actor, (await store.findByKey(key))?.id ?? '');
    store.invalidate('Cust2');
    store.invalidateAll();
    end();
    store.invalidate('Cust1');
    expect(changes).toEqual(['Cust1', 'Cust1', 'Cust2', null]);
  });
});
