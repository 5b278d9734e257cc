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

describe('createCallbackQueue', () => {
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

  const claimed = async () => {
    const callback = await callbackQueue.claim();
    if (callback === null) throw new Error('no callback is due');
    return callback;
  };

  it('enqueues an event once when several processes receive it concurrently', async () => {
    const stored = await Promise.all(
      [1, 2, 3, 4, 5].map(() => callbackQueue.enqueue(tenantId, 'event', changed)),
    );
    expect(stored.filter(Boolean)).toHaveLength(1);
    expect(await callbackQueue.depth()).toEqual({ waiting: 1, deadLettered: 0, oldestAgeMs: 0 });
  });

  it('enqueues nothing for an unknown tenant', async () => {
    expect(await callbackQueue.enqueue('Cust99999', 'event', changed)).toBe(false);
    expect(await callbackQueue.claim()).toBeNull();
  });

  it('gives each callback to exactly one of several concurrent claims', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      now += index;
      await callbackQueue.enqueue(tenantId, id, { ...changed, primaryKey: index + 1 });
    }
    const all = await Promise.all([1, 2, 3, 4].map(() => callbackQueue.claim()));
    const keys = all.flatMap((each) => (each?.content.source === 'webhook' ? [each.content.primaryKey] : []));
    expect(keys.sort()).toEqual([1, 2, 3]);
    expect(all.filter((each) => each === null)).toHaveLength(1);
  });

  it('allows a callback to be claimed again after its lease expires', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    const first = await claimed();
    expect(first).toMatchObject({ tenantId, content: changed, receivedAt: new Date(now), attempts: 1 });
    expect(await callbackQueue.claim()).toBeNull();
    now += leaseMs;
    expect(await claimed()).toMatchObject({ id: first.id, attempts: 2 });
  });

  it('does not reprocess a completed callback that arrives again', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    await callbackQueue.complete(await claimed());
    now += leaseMs;
    expect(await callbackQueue.enqueue(tenantId, 'event', changed)).toBe(false);
    expect(await callbackQueue.claim()).toBeNull();
    expect(await callbackQueue.depth()).toEqual({ waiting: 0, deadLettered: 0, oldestAgeMs: 0 });
  });

  it('enqueues a repeated state change after completion but not while it is waiting', async () => {
    expect(await callbackQueue.enqueue(tenantId, 'notice', suspended)).toBe(true);
    expect(await callbackQueue.enqueue(tenantId, 'notice', suspended)).toBe(false);
    await callbackQueue.complete(await claimed());
    expect(await callbackQueue.enqueue(tenantId, 'notice', suspended)).toBe(true);
    expect(await claimed()).toMatchObject({ content: suspended, attempts: 1 });
  });

  it('retries a failed callback with exponential backoff and finally dead-letters it', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    const waits: number[] = [];
    for (let attempt = 1; attempt < maxAttempts; attempt += 1) {
      expect(await callbackQueue.fail(await claimed(), 'superoffice-unavailable')).toBe(false);
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
    expect(await callbackQueue.fail(await claimed(), 'superoffice-unavailable')).toBe(true);
    now += 24 * 60 * 60_000;
    expect(await callbackQueue.claim()).toBeNull();
    expect(await callbackQueue.depth()).toEqual({ waiting: 0, deadLettered: 1, oldestAgeMs: 0 });
  });

  it('reports the age of the oldest waiting callback', async () => {
    await callbackQueue.enqueue(tenantId, 'event', changed);
    now += 5_000;
    expect(await callbackQueue.depth()).toEqual({ waiting: 1, deadLettered: 0, oldestAgeMs: 5_000 });
  });

  it('purges only callbacks that were processed more than a month ago', async () => {
    await callbackQueue.enqueue(tenantId, 'old', changed);
    await callbackQueue.complete(await claimed());
    now += 30 * 24 * 60 * 60_000 + 1;
    await callbackQueue.enqueue(tenantId, 'waiting', changed);
    await callbackQueue.purgeExpired();
    const left = await db.selectFrom('callbacks').select('event_id').execute();
    expect(left).toEqual([{ event_id: 'waiting' }]);
  });
});
