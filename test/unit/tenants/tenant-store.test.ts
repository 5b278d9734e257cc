import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/tenants/database.ts';
import { createSecretBox } from '../../../src/tenants/secret-box.ts';
import { createSnapshotStore } from '../../../src/tenants/snapshot-store.ts';
import {
  createTenantStore,
  exclusivePatienceMs,
  type TenantStore,
} from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const consent = {
  ctx: 'Cust12345',
  companyName: 'Designteamet',
  serial: '1010000014',
  systemToken: 'Planlens-topsecret',
  associateId: 5,
};
const start = Date.parse('2026-11-22T10:00:00Z');

describe('createTenantStore', () => {
  let db: Database;
  let store: TenantStore;
  let now = start;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createTenantStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
  });
  afterAll(() => db.destroy());

  it('knows no tenant before its approval', async () => {
    expect(await store.find('Cust1')).toBeNull();
  });

  it('keeps an approval, the system user token only sealed', async () => {
    await store.saveConsent(consent);
    const tenant = await store.find(consent.ctx);
    expect(tenant).toMatchObject({
      ctx: 'Cust12345',
      companyName: 'Designteamet',
      serial: '1010000014',
      consentedAt: new Date(start),
      provisionedAt: null,
      panels: [],
    });
    expect(tenant?.systemToken()).toBe('Planlens-topsecret');
    const raw = JSON.stringify(await db.selectFrom('tenants').selectAll().execute());
    expect(raw).not.toContain('topsecret');
    expect(JSON.stringify(tenant)).not.toContain('topsecret');
  });

  it('replaces the token at a second approval and keeps what was provisioned', async () => {
    const panels = [{ progId: 'p', name: 'Planlens', outcome: 'created', problem: null }] as const;
    await store.savePanels(consent.ctx, panels);
    now = start + 1000;
    await store.saveConsent({ ...consent, systemToken: 'Planlens-second', companyName: 'New name' });
    const tenant = await store.find(consent.ctx);
    expect(tenant?.systemToken()).toBe('Planlens-second');
    expect(tenant).toMatchObject({ companyName: 'New name', panels, provisionedAt: new Date(start) });
    expect(await db.selectFrom('tenants').select('context_identifier').execute()).toHaveLength(1);
  });

  it('keeps a token sealed for one tenant from opening for another', async () => {
    await store.saveConsent({ ...consent, ctx: 'Cust2' });
    const foreign = await db
      .selectFrom('tenants')
      .select('system_token_sealed')
      .where('context_identifier', '=', 'Cust2')
      .executeTakeFirstOrThrow();
    await db.updateTable('tenants').set(foreign).where('context_identifier', '=', consent.ctx).execute();
    const tenant = await store.find(consent.ctx);
    expect(() => tenant?.systemToken()).toThrow();
  });

  it('lets one at a time work on a tenant, and others on others meanwhile', async () => {
    const events: string[] = [];
    const work = (name: string, until: Promise<unknown>) => async () => {
      events.push(`${name} begins`);
      await until;
      events.push(`${name} ends`);
    };
    let endFirst = (_: unknown) => {};
    const first = store.exclusively('Cust1', work('first', new Promise((resolve) => (endFirst = resolve))));
    await expect.poll(() => events).toContain('first begins');
    const second = store.exclusively('Cust1', work('second', Promise.resolve()));
    await store.exclusively('Cust2', work('other tenant', Promise.resolve()));
    expect(events).toEqual(['first begins', 'other tenant begins', 'other tenant ends']);
    endFirst(null);
    await Promise.all([first, second]);
    expect(events.slice(3)).toEqual(['first ends', 'second begins', 'second ends']);
  });

  it('leaves connections to others however many wait for a tenant', async () => {
    let finish = () => {};
    const until = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const waiting = Array.from({ length: 20 }, (_, index) =>
      store.exclusively(`Cust${index % 8}`, () => until),
    );
    expect(await store.find('Cust99')).toBeNull();
    finish();
    await Promise.all(waiting);
  });

  describe('while another process works on the tenant', () => {
    let other: TenantStore;
    let finish: () => void;
    let theirs: Promise<void>;

    beforeEach(async () => {
      other = createTenantStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
      await new Promise<void>((begun) => {
        theirs = other.exclusively('Cust1', () => {
          begun();
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        });
      });
    });

    it('waits longer than any statement may take', async () => {
      setTimeout(() => finish(), 6_000);
      expect(await store.exclusively('Cust1', async () => 'my turn')).toBe('my turn');
      await theirs;
    });

    it('gives up in the end, says why, and keeps no turn and no connection', async () => {
      const waiting = store.exclusively('Cust1', async () => 'my turn').catch((error: unknown) => error);
      expect(await store.exclusively('Cust2', async () => 'free')).toBe('free');
      now += exclusivePatienceMs;
      expect(await waiting).toMatchObject({ code: 'database-unavailable', detail: 'tenant-busy' });
      finish();
      await theirs;
      expect(await store.exclusively('Cust1', async () => 'my turn')).toBe('my turn');
    });
  });

  it('frees the tenant when the work fails', async () => {
    await expect(
      store.exclusively('Cust1', async () => {
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    expect(await store.exclusively('Cust1', async () => 'free')).toBe('free');
  });

  it('deletes everything of a deleted tenant', async () => {
    const snapshots = createSnapshotStore(db);
    await snapshots.save('Cust2', { content: { modules: [] }, readAt: start });
    await snapshots.save('Cust2', { content: { granted: [] }, readAt: start }, 7);
    await db.deleteFrom('tenants').where('context_identifier', '=', 'Cust2').execute();
    expect(await snapshots.latest('Cust2')).toBeNull();
    expect(await snapshots.latest('Cust2', 7)).toBeNull();
  });
});
