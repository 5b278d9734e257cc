import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyedMutex } from '../../../../src/coordination/keyed-mutex.ts';
import { createSecretBox } from '../../../../src/crypto/secret-box.ts';
import type { Database } from '../../../../src/database/database.ts';
import {
  createSyncTenantStatus,
  leavingRetentionMs,
} from '../../../../src/lifecycle/reconcile/sync-tenant-status.ts';
import type { TenantStateName } from '../../../../src/superoffice/api/tenant-state.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import type { TenantStatus } from '../../../../src/tenants/tenant.ts';
import { createTenantStore, tombstoneMs } from '../../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../../support/database.ts';
import { getTenant } from '../../../support/get-tenant.ts';
import { newKeyring } from '../../../support/keyrings.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const consent = { tenantId: 'Cust1', companyName: '', serial: '1', systemToken: 't', associateId: 1 };

describe('createSyncTenantStatus', () => {
  let db: Database;
  let now: number;
  /** What the state API responds; an error code for a failure. */
  let response: TenantStateName | 'tenant-unknown' | 'unreachable';
  let isLocked = false;
  const withMutex = createKeyedMutex();
  const secrets = createSecretBox(newKeyring());
  const createStore = () => createTenantStore({ db, secrets, deleteJobs: async () => {}, now: () => now });

  beforeAll(async () => {
    db = await freshDatabase();
  });
  beforeEach(async () => {
    now = Date.parse('2026-11-26T10:00:00Z');
    await db.deleteFrom('tenants').execute();
    await db.deleteFrom('audit_log').execute();
    await createStore().saveConsent(consent);
  });
  afterAll(() => db.destroy());

  /** As in a process that has just started: nothing is remembered but what is stored. */
  async function sync(state: typeof response, afterMs = 0) {
    now += afterMs;
    response = state;
    const syncTenantStatus = createSyncTenantStatus({
      tenants: createStore(),
      states: {
        async readAgain() {
          expect(isLocked, 'the state is read inside the lock').toBe(true);
          if (response === 'tenant-unknown' || response === 'unreachable')
            throw new SuperOfficeError(response, 'tenant state');
          const isRunning = response === 'Running' || response === 'OnlineMaintenance';
          return { state: response, isRunning, api: '', endpoint: '', validUntil: 0 };
        },
      },
      locks: (key, task) =>
        withMutex(key, async () => {
          isLocked = true;
          return task().finally(() => {
            isLocked = false;
          });
        }),
      now: () => now,
    });
    return syncTenantStatus({ tenantId: 'Cust1' });
  }

  const announceDeletion = () => createStore().saveDeleteAnnouncement('Cust1');
  /** Null once the tenant counts as not installed. */
  const status = async () => (await createStore().find('Cust1'))?.status ?? null;
  const isStored = async () => (await db.selectFrom('tenants').select('status').execute()).length === 1;
  const events = async () =>
    (await db.selectFrom('audit_log').select('content').orderBy('id').execute()).map(
      ({ content }) => (content as { event: string }).event,
    );

  it.each<[TenantStateName, TenantStatus]>([
    ['Running', 'active'],
    ['OnlineMaintenance', 'active'],
    ['Suspended', 'suspended'],
    ['OfflineMaintenance', 'suspended'],
    ['MigrationPending', 'suspended'],
    ['Provisioning', 'suspended'],
    ['Unknown', 'suspended'],
    ['DeleteFailed', 'suspended'],
    ['Deleting', 'deleting'],
    ['Deleted', 'deleting'],
  ])('maps the SuperOffice state %s to the tenant status %s', async (state, expected) => {
    expect((await sync(state)).active).toBe(expected === 'active');
    expect(await status()).toBe(expected);
  });

  it('keeps a revoked tenant revoked while it runs', async () => {
    await createStore().saveStatus(await getTenant(createStore(), 'Cust1'), 'revoked');
    expect((await sync('Running')).active).toBe(false);
    expect(await status()).toBe('revoked');
  });

  it('takes two reports an hour apart as proof of a deletion, and nothing sooner', async () => {
    expect(await sync('Deleted')).toEqual({ active: false, nextCheckMs: hour });
    for (let each = 0; each < 5; each += 1) await sync('Deleted', 11 * minute);
    expect(await sync('Deleted', 5 * minute - 1)).toEqual({ active: false, nextCheckMs: 1 });
    expect(await status()).toBe('deleting');
    await sync('Deleted', 1);
    expect(await status()).toBeNull();
  });

  it('takes a Delete notification and a report a minute later as proof of a deletion', async () => {
    await announceDeletion();
    expect(await sync('Deleted')).toEqual({ active: false, nextCheckMs: minute });
    await sync('Deleted', minute - 1);
    expect(await status()).toBe('deleting');
    await sync('Deleted', 1);
    expect(await status()).toBeNull();
  });

  it('brings the next reconciliation forward to when the deletion can be proved', async () => {
    await announceDeletion();
    await sync('Deleted');
    expect((await getTenant(createStore(), 'Cust1')).reconciliation.at).toEqual(new Date(now + minute));
  });

  it.each<TenantStateName>(['Running', 'Suspended', 'Deleting', 'Unknown'])(
    'starts again after the state %s in between',
    async (between) => {
      await announceDeletion();
      await sync('Deleted');
      await sync(between, minute);
      await sync('Deleted', 2 * hour);
      await sync('Deleted', hour - 1);
      expect(await status()).toBe('deleting');
      await sync('Deleted', 1);
      expect(await status()).toBeNull();
    },
  );

  it('counts no failure of the state API as a report', async () => {
    await sync('Deleted');
    await expect(sync('unreachable', 2 * hour)).rejects.toMatchObject({ code: 'unreachable' });
    expect(await status()).toBe('deleting');
  });

  it('decides nothing for a consent that was given meanwhile', async () => {
    await sync('Deleted');
    now += 2 * hour;
    const before = await getTenant(createStore(), 'Cust1');
    await createStore().saveConsent(consent);
    await createStore().bury(before);
    expect(await createStore().purge(before, null)).toBe(false);
    await createStore().saveStatus(before, 'revoked');
    await createStore().saveObservedState(before, {
      status: 'deleting',
      deletedReportedAt: new Date(),
      nextCheckAt: null,
    });
    expect(await getTenant(createStore(), 'Cust1')).toMatchObject({
      status: 'active',
      deletion: { reportedAt: null, announcedAt: null },
      leavingSince: null,
    });
  });

  describe('after a proved deletion', () => {
    beforeEach(async () => {
      await sync('Deleted');
      await sync('Deleted', hour);
    });

    it('keeps the data for seven days and then deletes them', async () => {
      now += tombstoneMs - 1;
      await createStore().purgeTombstones();
      expect([await isStored(), await status()]).toEqual([true, null]);
      now += 1;
      await createStore().purgeTombstones();
      expect([await isStored(), await events()]).toEqual([false, ['deleted']]);
    });

    it('takes the tenant for no reconciliation and decides nothing more', async () => {
      const taken: string[] = [];
      now += 2 * day;
      const intervals = { intervalMs: hour, revokedIntervalMs: day, jitter: 0 };
      await createStore().takeDueTenants(intervals, async (tenantIds) => void taken.push(...tenantIds));
      expect(taken).toEqual([]);
      await sync('Running');
      expect(await status()).toBeNull();
    });

    it('shows nothing of the old data to a new installation', async () => {
      await db
        .insertInto('license_snapshots')
        .values({
          context_identifier: 'Cust1',
          associate_id: 0,
          format: 3,
          read_at: new Date(now),
          content: '{}',
        })
        .execute();
      await createStore().saveContract('Cust1', { start: '2026-01-01', period: 'monthly' });
      await createStore().saveConsent(consent);
      expect(await getTenant(createStore(), 'Cust1')).toMatchObject({ contract: null, status: 'active' });
      expect(await db.selectFrom('license_snapshots').selectAll().execute()).toEqual([]);
      expect(await events()).toEqual(['deleted', 'installed']);
      now += tombstoneMs;
      await createStore().purgeTombstones();
      expect(await status()).toBe('active');
    });
  });

  describe('retention of tenants that leave', () => {
    it('purges a revoked tenant after 30 days, even if its state cannot be read', async () => {
      await createStore().saveStatus(await getTenant(createStore(), 'Cust1'), 'revoked');
      await sync('Running', leavingRetentionMs - 1);
      expect(await isStored()).toBe(true);
      await sync('unreachable', 1);
      expect(await isStored()).toBe(false);
    });

    it('purges a tenant that SuperOffice has not known for 30 days', async () => {
      await expect(sync('tenant-unknown')).rejects.toMatchObject({ code: 'tenant-unknown' });
      await expect(sync('tenant-unknown', leavingRetentionMs - 1)).rejects.toThrow();
      expect(await isStored()).toBe(true);
      await sync('tenant-unknown', 1);
      expect(await isStored()).toBe(false);
    });

    it('counts the 30 days again after SuperOffice has known the tenant', async () => {
      await expect(sync('tenant-unknown')).rejects.toThrow();
      await sync('Running', 20 * day);
      await expect(sync('tenant-unknown', 20 * day)).rejects.toThrow();
      expect(await status()).toBe('active');
    });

    it('purges a tenant whose deletion never ends after 30 days', async () => {
      await sync('Deleting');
      await sync('Deleting', leavingRetentionMs - 1);
      expect(await isStored()).toBe(true);
      await sync('Deleting', 1);
      expect(await isStored()).toBe(false);
    });

    it('keeps a suspended tenant', async () => {
      await sync('Suspended');
      await sync('Suspended', 400 * day);
      expect(await status()).toBe('suspended');
    });
  });
});
