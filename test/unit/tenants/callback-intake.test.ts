import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobQueue } from '../../../src/coordination/jobs/job-queue.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { type CallbackIntake, createCallbackIntake } from '../../../src/tenants/callback-intake.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const tenantId = 'Cust12345';
const changed = { associateId: 5, deleted: false };
const month = 30 * 24 * 60 * 60_000;

describe('createCallbackIntake', () => {
  let db: Database;
  let callbacks: CallbackIntake;
  let now: number;
  const enqueued: { queue: string; payload: unknown; key: string }[] = [];
  let failsNext = false;
  const jobs: Pick<JobQueue, 'enqueue'> = {
    async enqueue(queue, added) {
      if (failsNext) {
        failsNext = false;
        throw new Error('unavailable');
      }
      enqueued.push(...added.map(({ payload, key }) => ({ queue, payload, key })));
    },
  };

  beforeAll(async () => {
    db = await freshDatabase();
    callbacks = createCallbackIntake({ db, jobs, now: () => now });
  });
  beforeEach(async () => {
    enqueued.length = 0;
    now = Date.parse('2026-11-22T10:00:00Z');
    await db.deleteFrom('tenants').execute();
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: () => now });
    await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => db.destroy());

  it('stores an event once when it arrives several times at once', async () => {
    const stored = await Promise.all(
      [1, 2, 3, 4, 5].map(() => callbacks.storeEvent(tenantId, 'event', changed)),
    );
    expect(stored.filter(Boolean)).toHaveLength(1);
    expect(enqueued).toEqual([
      { queue: 'user-changes', payload: { tenantId, ...changed }, key: 'Cust12345 5' },
    ]);
  });

  it('stores an event once when two processes receive it at once', async () => {
    const other = createCallbackIntake({ db, jobs, now: () => now });
    const stored = await Promise.all(
      [callbacks, other].map((process) => process.storeEvent(tenantId, 'event', changed)),
    );
    expect(stored.filter(Boolean)).toHaveLength(1);
    expect(enqueued).toHaveLength(1);
  });

  it('gives a deleted user, and an event without a user, a job of its own', async () => {
    await callbacks.storeEvent(tenantId, '1', changed);
    await callbacks.storeEvent(tenantId, '2', { associateId: 5, deleted: true });
    await callbacks.storeEvent(tenantId, '3', { associateId: null, deleted: false });
    expect(enqueued.map(({ key }) => key)).toEqual(['Cust12345 5', 'Cust12345 5 deleted', 'Cust12345 any']);
  });

  it('makes one job of the changes of several users that arrive at once, and none of a deletion', async () => {
    const store = (eventId: string, associateId: number | null, deleted = false) =>
      callbacks.storeEvent(tenantId, eventId, { associateId, deleted });
    await Promise.all([
      store('first', 9),
      ...[7, 5, 7].map((associateId, index) => store(`${index}`, associateId)),
      store('deleted', 6, true),
      store('unknown', null),
    ]);
    expect(enqueued.map(({ key, payload }) => [key, payload])).toEqual([
      ['Cust12345 9', { tenantId, associateId: 9, deleted: false }],
      ['Cust12345 6 deleted', { tenantId, associateId: 6, deleted: true }],
      ['Cust12345 any', { tenantId, associateId: null, deleted: false }],
      ['Cust12345 5,7', { tenantId, associateIds: [5, 7] }],
    ]);
  });

  it('stores nothing for a tenant that has not installed the app', async () => {
    expect(await callbacks.storeEvent('Cust99999', 'event', changed)).toBe(false);
    expect(await callbacks.storeStateChange('Cust99999', 'suspend')).toBe(false);
    expect(enqueued).toEqual([]);
  });

  it('does not record an event whose job cannot be stored, so that SuperOffice sends it again', async () => {
    failsNext = true;
    // The write is repeated for the event alone, which fails no more.
    await expect(callbacks.storeEvent(tenantId, 'event', changed)).rejects.toThrow('unavailable');
    expect(await db.selectFrom('callbacks').selectAll().execute()).toEqual([]);
    expect(await callbacks.storeEvent(tenantId, 'event', changed)).toBe(true);
  });

  it('knows an event for 30 days and accepts it again after that', async () => {
    await callbacks.storeEvent(tenantId, 'event', changed);
    now += month;
    await callbacks.purgeExpired();
    expect(await callbacks.storeEvent(tenantId, 'event', changed)).toBe(false);
    now += 1;
    await callbacks.purgeExpired();
    expect(await callbacks.storeEvent(tenantId, 'event', changed)).toBe(true);
    expect(enqueued).toHaveLength(2);
  });

  it('stores every repetition of a state change', async () => {
    expect(await callbacks.storeStateChange(tenantId, 'suspend')).toBe(true);
    expect(await callbacks.storeStateChange(tenantId, 'suspend')).toBe(true);
    expect(enqueued).toEqual(
      [1, 2].map(() => ({
        queue: 'state-changes',
        payload: { tenantId, change: 'suspend' },
        key: 'Cust12345 suspend',
      })),
    );
  });

  it('adopts what processes of version 0.2 left, once, and nothing that they still work on', async () => {
    const row = (eventId: string, content: object, fields: object = {}) => ({
      context_identifier: tenantId,
      event_id: eventId,
      content: JSON.stringify(content),
      received_at: new Date(now),
      due_at: new Date(now - 61_000),
      ...fields,
    });
    const webhook = (primaryKey: number | null, event = 'associate.changed') => ({
      source: 'webhook',
      event,
      primaryKey,
    });
    await db
      .insertInto('callbacks')
      .values([
        row('abandoned', webhook(1)),
        row('deleted', webhook(2, 'associate.deleted')),
        row('state', { source: 'state-change', change: 'suspend' }),
        row('dead letter', webhook(3), { dead_lettered_at: new Date(now) }),
        row('claimed', webhook(4), { due_at: new Date(now + 30_000) }),
        row('processed', webhook(5), { processed_at: new Date(now) }),
      ])
      .execute();
    expect(await callbacks.adoptUnfinished()).toBe(4);
    expect(enqueued.map(({ key }) => key).sort()).toEqual([
      'Cust12345 1',
      'Cust12345 2 deleted',
      'Cust12345 3',
      'Cust12345 suspend',
    ]);
    expect(await callbacks.adoptUnfinished()).toBe(0);
  });
});
