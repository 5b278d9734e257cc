import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  type AccessRequestStore,
  createAccessRequestStore,
} from '../../../src/tenants/access-request-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const accessRequest = {
  associateId: 5,
  requestedBy: 'Markus Brandt',
  subject: 'feature:saint',
  reason: 'For follow-ups',
};
const [own, other] = ['Cust12345', 'Cust12346'] as const;

describe('createAccessRequestStore', () => {
  let db: Database;
  let store: AccessRequestStore;
  let now: number;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createAccessRequestStore({ db, now: () => now });
  });
  beforeEach(async () => {
    now = Date.parse('2026-11-22T10:00:00Z');
    await db.deleteFrom('tenants').execute();
    store.invalidateAll();
    const tenants = createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: () => now,
    });
    const consent = { companyName: '', serial: '1', systemToken: 't', associateId: 1 };
    for (const tenantId of [own, other]) await tenants.saveConsent({ tenantId, ...consent });
  });
  afterAll(() => db.destroy());

  const only = async (tenantId: string = own) => {
    const [first] = await store.listByTenant(tenantId, 50);
    if (first === undefined) throw new Error('there is no access request');
    return first;
  };

  it('caches the access requests of a user until one is submitted, withdrawn or resolved', async () => {
    const latest = () => store.latestByUser(own, accessRequest.associateId);
    const subjects = async () => (await latest()).map(({ subject, state }) => [subject, state]);
    expect(await latest()).toBe(await latest());
    expect(await latest()).toEqual([]);
    await store.submit(own, accessRequest);
    expect(await subjects()).toEqual([['feature:saint', 'open']]);
    await store.withdraw(own, accessRequest);
    expect(await subjects()).toEqual([]);
    await store.submit(own, accessRequest);
    await store.resolve(own, (await only()).id, {
      state: 'fulfilled',
      comment: '',
      resolvedBy: { associateId: 131, name: 'Kari' },
    });
    expect(await subjects()).toEqual([['feature:saint', 'fulfilled']]);
    await db.deleteFrom('access_requests').execute();
    expect(await subjects(), 'not invalidated').toEqual([['feature:saint', 'fulfilled']]);
    store.invalidate(`${own}/`);
    expect(await subjects()).toEqual([]);
  });

  it('saves a new access request as open', async () => {
    expect(await store.submit(own, accessRequest)).toBe(true);
    expect(await only()).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      ...accessRequest,
      requestedAt: new Date(now),
      state: 'open',
      comment: '',
      resolvedBy: null,
      resolvedAt: null,
    });
  });

  it('allows one open access request per user and subject when several arrive concurrently', async () => {
    const submitted = await Promise.all(
      [1, 2, 3, 4].map((each) => store.submit(own, { ...accessRequest, reason: `${each}` })),
    );
    expect(submitted.filter(Boolean)).toHaveLength(1);
    expect(await store.listByTenant(own, 50)).toHaveLength(1);
  });

  it('withdraws only an open access request of the same user and subject', async () => {
    await store.submit(own, accessRequest);
    for (const other of [
      { ...accessRequest, associateId: 6 },
      { ...accessRequest, subject: 'feature:forms' },
    ]) {
      expect(await store.withdraw(own, other)).toBe(false);
    }
    expect(await store.withdraw(other, accessRequest)).toBe(false);
    expect(await store.listByTenant(own, 50)).toHaveLength(1);
    expect(await store.withdraw(own, accessRequest)).toBe(true);
    expect(await store.listByTenant(own, 50)).toEqual([]);

    await store.submit(own, accessRequest);
    await store.resolve(own, (await only()).id, {
      state: 'fulfilled',
      comment: '',
      resolvedBy: { associateId: 131, name: 'Kari' },
    });
    expect(await store.withdraw(own, accessRequest)).toBe(false);
    expect((await only()).state).toBe('fulfilled');
  });

  it('accepts separate access requests of another user, subject or tenant', async () => {
    await store.submit(own, accessRequest);
    expect(await store.submit(own, { ...accessRequest, associateId: 6 })).toBe(true);
    expect(await store.submit(own, { ...accessRequest, subject: 'plan:service-premium' })).toBe(true);
    expect(await store.submit(other, accessRequest)).toBe(true);
  });

  it('resolves an access request once and then accepts a new one', async () => {
    await store.submit(own, accessRequest);
    const { id } = await only();
    now += 1000;
    const resolution = {
      state: 'declined',
      comment: 'Next year.',
      resolvedBy: { associateId: 131, name: 'Kari Nygård' },
    } as const;
    const resolved = await Promise.all([1, 2, 3].map(() => store.resolve(own, id, resolution)));
    expect(resolved.filter(Boolean)).toHaveLength(1);
    expect(await only()).toMatchObject({
      ...resolution,
      resolvedBy: 'Kari Nygård',
      resolvedAt: new Date(now),
    });
    expect(await store.submit(own, accessRequest)).toBe(true);
  });

  it('does not let another tenant see or resolve an access request', async () => {
    await store.submit(own, accessRequest);
    const { id } = await only();
    expect(
      await store.resolve(other, id, {
        state: 'fulfilled',
        comment: '',
        resolvedBy: { associateId: 131, name: 'x' },
      }),
    ).toBe(false);
    expect(await store.listByTenant(other, 50)).toEqual([]);
    expect(await store.latestByUser(other, accessRequest.associateId)).toEqual([]);
    expect((await only()).state).toBe('open');
  });

  it('returns only the latest access request of the user for each subject', async () => {
    await store.submit(own, accessRequest);
    await store.resolve(own, (await only()).id, {
      state: 'fulfilled',
      comment: '',
      resolvedBy: { associateId: 131, name: 'x' },
    });
    now += 1000;
    await store.submit(own, { ...accessRequest, reason: 'again' });
    await store.submit(own, { ...accessRequest, subject: 'feature:forms' });
    await store.submit(own, { ...accessRequest, associateId: 6 });
    const latest = await store.latestByUser(own, accessRequest.associateId);
    expect(latest.map(({ subject, state, reason }) => [subject, state, reason])).toEqual([
      ['feature:forms', 'open', accessRequest.reason],
      ['feature:saint', 'open', 'again'],
    ]);
  });

  it('lists open access requests first, oldest first, then the latest resolved ones', async () => {
    for (const subject of ['feature:a', 'feature:b', 'feature:c', 'feature:d']) {
      now += 1000;
      await store.submit(own, { ...accessRequest, subject });
    }
    const all = await store.listByTenant(own, 50);
    for (const { id, subject } of all) {
      now += 1000;
      if (subject !== 'feature:b' && subject !== 'feature:d')
        await store.resolve(own, id, {
          state: 'fulfilled',
          comment: '',
          resolvedBy: { associateId: 131, name: 'x' },
        });
    }
    const listed = async (resolvedLimit: number) =>
      (await store.listByTenant(own, resolvedLimit)).map(({ subject }) => subject.slice(-1));
    expect(await listed(50)).toEqual(['b', 'd', 'c', 'a']);
    expect(await listed(1)).toEqual(['b', 'd', 'c']);
  });

  it('deletes access requests with their tenant', async () => {
    await store.submit(own, accessRequest);
    await db.deleteFrom('tenants').where('context_identifier', '=', own).execute();
    expect(await db.selectFrom('access_requests').selectAll().execute()).toEqual([]);
  });
});
