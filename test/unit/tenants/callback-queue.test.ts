import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  type CallbackQueue,
  createCallbackQueue,
  leaseMs,
  maxAttempts,
} from '../../../src/tenants/callback-queue.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const tenantId = 'Cust12345';
const changed = { source: 'webhook', event: 'associate.changed', primaryKey: 5 } as const;
const suspended = { source: 'state-change', change: 'suspend' } as const;

describe('the callback inbox', () => {
  let db: Database;
  let callbackQueue: CallbackQueue;
  let now: number;

  beforeAll(async () => {
    db = await freshDatabase();
    callbackQueue = createCallbackQueue({ db, now: () => now });
  });
  beforeEach(async () => {
    now = Date.parse('2026-11-22T10:00:00Z');
    await db.deleteFrom('tenants').execute();
    const tenants = createTenantStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
    await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => db.destroy());

  const taken = async () => {
    const callback = await callbackQueue.claim();
    if (callback === null) throw new Error('nothing is due');
    return callback;
  };

  it('keeps an event once, however many processes get it at the same moment', async () => {
    const kept = await Promise.all(
      [1, 2, 3, 4, 5].map(() => callbackQueue.enqueue(tenantId, 'event', changed)),
    );
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await callbackQueue.depth()).toEqual({ waiting: 1, parked: 0, oldestMs: 0 });
  });

  it('keeps nothing for a tenant that is none of ours', async () => {
    expect(await callbackQueue.enqueue('Cust99999', 'event', changed)).toBe(false);
    expect(await callbackQueue.claim()).toBeNull();
  });

  it('gives each to one who asks, the oldest first', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      now += index;
      await callbackQueue.enqueue(tenantId, id, { ...changed, primaryKey: index + 1 });
    }
    const all = await Promise.all([1, 2, 3, 4].map(() => callbackQueue.claim()));
    const keys = all.flatMap((each) => (each?.content.source === 'webhook' ? [each.content.primaryKey] : []));
    expect(keys.sort()).toEqual([1, 2, 3]);
    expect(all.filter((each) => each === null)).toHaveLength(1);
  });

  it('gives what was begun and not ended to another when its lease is over', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    const first = await taken();
    expect(first).toMatchObject({ tenantId, content: changed, receivedAt: new Date(now), attempts: 1 });
    expect(await callbackQueue.claim()).toBeNull();
    now += leaseMs;
    expect(await taken()).toMatchObject({ id: first.id, attempts: 2 });
  });

  it('is done with what is done, and knows it when it comes again', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    await callbackQueue.complete(await taken());
    now += leaseMs;
    expect(await callbackQueue.enqueue(tenantId, 'event', changed)).toBe(false);
    expect(await callbackQueue.claim()).toBeNull();
    expect(await callbackQueue.depth()).toEqual({ waiting: 0, parked: 0, oldestMs: 0 });
  });

  it('works off a notice of a state change anew when it comes again, but not while it waits', async () => {
    expect(await callbackQueue.enqueue(tenantId, 'notice', suspended)).toBe(true);
    expect(await callbackQueue.enqueue(tenantId, 'notice', suspended)).toBe(false);
    await callbackQueue.complete(await taken());
    expect(await callbackQueue.enqueue(tenantId, 'notice', suspended)).toBe(true);
    expect(await taken()).toMatchObject({ content: suspended, attempts: 1 });
  });

  it('has what failed tried again, later each time, and puts it aside in the end', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    const waits: number[] = [];
    for (let attempt = 1; attempt < maxAttempts; attempt += 1) {
      expect(await callbackQueue.fail(await taken(), 'superoffice-unavailable')).toBe(false);
      let waited = 0;
      while (
        (await db.selectFrom('callbacks').select('due_at').executeTakeFirstOrThrow()).due_at.getTime() > now
      ) {
        now += 500;
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256].map((seconds) => seconds * 1000));
    expect(await callbackQueue.fail(await taken(), 'superoffice-unavailable')).toBe(true);
    now += 24 * 60 * 60_000;
    expect(await callbackQueue.claim()).toBeNull();
    expect(await callbackQueue.depth()).toEqual({ waiting: 0, parked: 1, oldestMs: 0 });
  });

  it('tells how long the oldest has been waiting', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    now += 5_000;
    expect(await callbackQueue.depth()).toEqual({ waiting: 1, parked: 0, oldestMs: 5_000 });
  });

  it('forgets what was worked off a month ago, and nothing else', async () => {
    await callbackQueue.enqueue(tenantId, 'old', changed);
    await callbackQueue.complete(await taken());
    now += 30 * 24 * 60 * 60_000 + 1;
    await callbackQueue.enqueue(tenantId, 'waiting', changed);
    await callbackQueue.purgeExpired();
    const left = await db.selectFrom('callbacks').select('event_id').execute();
    expect(left).toEqual([{ event_id: 'waiting' }]);
  });
});
