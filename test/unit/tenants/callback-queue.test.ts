import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  type CallbackInbox,
  createCallbackInbox,
  leaseMs,
  mostAttempts,
} from '../../../src/tenants/callback-queue.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const ctx = 'Cust12345';
const changed = { source: 'webhook', event: 'associate.changed', primaryKey: 5 } as const;
const suspended = { source: 'state-change', change: 'suspend' } as const;

describe('the callback inbox', () => {
  let db: Database;
  let inbox: CallbackInbox;
  let now: number;

  beforeAll(async () => {
    db = await freshDatabase();
    inbox = createCallbackInbox({ db, now: () => now });
  });
  beforeEach(async () => {
    now = Date.parse('2026-11-22T10:00:00Z');
    await db.deleteFrom('tenants').execute();
    const tenants = createTenantStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
    await tenants.saveConsent({ ctx, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => db.destroy());

  const taken = async () => {
    const callback = await inbox.take();
    if (callback === null) throw new Error('nothing is due');
    return callback;
  };

  it('keeps an event once, however many processes get it at the same moment', async () => {
    const kept = await Promise.all([1, 2, 3, 4, 5].map(() => inbox.put(ctx, 'event', changed)));
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await inbox.counts()).toEqual({ waiting: 1, parked: 0, oldestMs: 0 });
  });

  it('keeps nothing for a tenant that is none of ours', async () => {
    expect(await inbox.put('Cust99999', 'event', changed)).toBe(false);
    expect(await inbox.take()).toBeNull();
  });

  it('gives each to one who asks, the oldest first', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      now += index;
      await inbox.put(ctx, id, { ...changed, primaryKey: index + 1 });
    }
    const all = await Promise.all([1, 2, 3, 4].map(() => inbox.take()));
    const keys = all.flatMap((each) => (each?.content.source === 'webhook' ? [each.content.primaryKey] : []));
    expect(keys.sort()).toEqual([1, 2, 3]);
    expect(all.filter((each) => each === null)).toHaveLength(1);
  });

  it('gives what was begun and not ended to another when its lease is over', async () => {
    await inbox.put(ctx, 'event', changed);
    const first = await taken();
    expect(first).toMatchObject({ ctx, content: changed, receivedAt: new Date(now), attempts: 1 });
    expect(await inbox.take()).toBeNull();
    now += leaseMs;
    expect(await taken()).toMatchObject({ id: first.id, attempts: 2 });
  });

  it('is done with what is done, and knows it when it comes again', async () => {
    await inbox.put(ctx, 'event', changed);
    await inbox.done(await taken());
    now += leaseMs;
    expect(await inbox.put(ctx, 'event', changed)).toBe(false);
    expect(await inbox.take()).toBeNull();
    expect(await inbox.counts()).toEqual({ waiting: 0, parked: 0, oldestMs: 0 });
  });

  it('works off a notice of a state change anew when it comes again, but not while it waits', async () => {
    expect(await inbox.put(ctx, 'notice', suspended)).toBe(true);
    expect(await inbox.put(ctx, 'notice', suspended)).toBe(false);
    await inbox.done(await taken());
    expect(await inbox.put(ctx, 'notice', suspended)).toBe(true);
    expect(await taken()).toMatchObject({ content: suspended, attempts: 1 });
  });

  it('has what failed tried again, later each time, and puts it aside in the end', async () => {
    await inbox.put(ctx, 'event', changed);
    const waits: number[] = [];
    for (let attempt = 1; attempt < mostAttempts; attempt += 1) {
      expect(await inbox.failed(await taken(), 'superoffice-unavailable')).toBe(false);
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
    expect(await inbox.failed(await taken(), 'superoffice-unavailable')).toBe(true);
    now += 24 * 60 * 60_000;
    expect(await inbox.take()).toBeNull();
    expect(await inbox.counts()).toEqual({ waiting: 0, parked: 1, oldestMs: 0 });
  });

  it('tells how long the oldest has been waiting', async () => {
    await inbox.put(ctx, 'event', changed);
    now += 5_000;
    expect(await inbox.counts()).toEqual({ waiting: 1, parked: 0, oldestMs: 5_000 });
  });

  it('forgets what was worked off a month ago, and nothing else', async () => {
    await inbox.put(ctx, 'old', changed);
    await inbox.done(await taken());
    now += 30 * 24 * 60 * 60_000 + 1;
    await inbox.put(ctx, 'waiting', changed);
    await inbox.forgetOld();
    const left = await db.selectFrom('callbacks').select('event_id').execute();
    expect(left).toEqual([{ event_id: 'waiting' }]);
  });
});
