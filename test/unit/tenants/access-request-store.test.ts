import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  type AccessRequestStore,
  createAccessRequestStore,
} from '../../../src/tenants/access-request-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { listAccessRequests } from '../../support/access-requests.ts';
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
    const [first] = await listAccessRequests(store, tenantId);
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
    await store.resolve(own, [(await only()).id], {
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
    expect(await listAccessRequests(store, own)).toHaveLength(1);
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
    expect(await listAccessRequests(store, own)).toHaveLength(1);
    expect(await store.withdraw(own, accessRequest)).toBe(true);
    expect(await listAccessRequests(store, own)).toEqual([]);

    await store.submit(own, accessRequest);
    await store.resolve(own, [(await only()).id], {
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
    const resolved = await Promise.all([1, 2, 3].map(() => store.resolve(own, [id], resolution)));
    expect(resolved.flat()).toEqual([id]);
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
      await store.resolve(other, [id], {
        state: 'fulfilled',
        comment: '',
        resolvedBy: { associateId: 131, name: 'x' },
      }),
    ).toEqual([]);
    expect(await listAccessRequests(store, other)).toEqual([]);
    expect(await store.latestByUser(other, accessRequest.associateId)).toEqual([]);
    expect((await only()).state).toBe('open');
  });

  it('returns only the latest access request of the user for each subject', async () => {
    await store.submit(own, accessRequest);
    await store.resolve(own, [(await only()).id], {
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

  describe('lists', () => {
    const resolution = {
      state: 'fulfilled',
      comment: '',
      resolvedBy: { associateId: 131, name: 'x' },
    } as const;
    /** Submits a request for `feature:{subject}` a second after the one before. @returns its id */
    const submit = async (subject: string, associateId: number) => {
      now += 1000;
      await store.submit(own, { ...accessRequest, subject: `feature:${subject}`, associateId });
      const all = await listAccessRequests(store, own);
      return (
        all.find((each) => each.subject === `feature:${subject}` && each.associateId === associateId)?.id ??
        ''
      );
    };
    const listOpen = async (limits: { limit: number; offset: number; perSubject: number }, first = '') =>
      (await store.listOpen(own, limits, first)).map(({ subject, count, requests }) => [
        subject.replace('feature:', ''),
        count,
        requests.map(({ associateId }) => associateId),
      ]);

    it('open access requests by subject, the oldest first, and a chosen subject before all', async () => {
      await submit('a', 1);
      const resolved = await submit('b', 1);
      await submit('c', 1);
      await submit('a', 2);
      await submit('b', 2);
      await submit('a', 3);
      await store.resolve(own, [resolved], resolution);
      expect(await listOpen({ limit: 9, offset: 0, perSubject: 2 })).toEqual([
        ['a', 3, [1, 2]],
        ['c', 1, [1]],
        ['b', 1, [2]],
      ]);
      expect(await listOpen({ limit: 1, offset: 1, perSubject: 1 })).toEqual([['c', 1, [1]]]);
      expect(await listOpen({ limit: 1, offset: 0, perSubject: 1 }, 'feature:b')).toEqual([['b', 1, [2]]]);
      expect(await listOpen({ limit: 9, offset: 9, perSubject: 1 })).toEqual([]);
      expect(await store.listOpen(other, { limit: 9, offset: 0, perSubject: 1 }, '')).toEqual([]);
    });

    it('resolved access requests, the latest first', async () => {
      for (const subject of ['a', 'b', 'c']) {
        const id = await submit(subject, 1);
        await store.resolve(own, [id], resolution);
      }
      const listed = async (limit: number, offset: number) =>
        (await store.listResolved(own, { limit, offset })).map(({ subject }) => subject.slice(-1));
      expect(await listed(9, 0)).toEqual(['c', 'b', 'a']);
      expect(await listed(1, 1)).toEqual(['b']);
      expect(await store.listResolved(other, { limit: 9, offset: 0 })).toEqual([]);
    });

    it('resolved access requests of one outcome or one subject, and their subjects', async () => {
      for (const [subject, associateId, state] of [
        ['a', 1, 'fulfilled'],
        ['a', 2, 'declined'],
        ['b', 1, 'declined'],
      ] as const)
        await store.resolve(own, [await submit(subject, associateId)], { ...resolution, state });
      await submit('c', 1);
      const listed = async (filter: { state?: 'fulfilled' | 'declined'; subject?: string }) =>
        (await store.listResolved(own, { limit: 9, offset: 0, ...filter })).map(
          ({ subject, associateId }) => subject.slice(-1) + associateId,
        );
      expect(await listed({ state: 'declined' })).toEqual(['b1', 'a2']);
      expect(await listed({ subject: 'feature:a' })).toEqual(['a2', 'a1']);
      expect(await listed({ state: 'fulfilled', subject: 'feature:b' })).toEqual([]);
      expect((await store.listResolvedSubjects(own)).toSorted()).toEqual(['feature:a', 'feature:b']);
      expect(await store.listResolvedSubjects(other)).toEqual([]);
    });

    it('those of several access requests that it resolved', async () => {
      const [first, second, third] = [await submit('a', 1), await submit('a', 2), await submit('a', 3)];
      expect(await store.resolve(own, [second], resolution)).toEqual([second]);
      expect((await store.resolve(own, [first, second, third], resolution)).toSorted()).toEqual(
        [first, third].sort(),
      );
      expect(await store.resolve(own, [], resolution)).toEqual([]);
    });
  });

  it('counts the open access requests of a tenant, from a cache until one changes', async () => {
    const counts = () => Promise.all([store.countOpen(own), store.countOpen(other)]);
    expect(await counts()).toEqual([0, 0]);
    await store.submit(own, accessRequest);
    await store.submit(own, { ...accessRequest, subject: 'feature:forms' });
    expect(await counts()).toEqual([2, 0]);
    await store.withdraw(own, accessRequest);
    expect(await counts()).toEqual([1, 0]);
    await store.resolve(own, [(await only()).id], {
      state: 'declined',
      comment: 'No.',
      resolvedBy: { associateId: 131, name: 'x' },
    });
    expect(await counts()).toEqual([0, 0]);
    await store.submit(own, accessRequest);
    expect(await counts()).toEqual([1, 0]);
    await db.deleteFrom('access_requests').execute();
    expect(await counts(), 'not invalidated').toEqual([1, 0]);
    store.invalidate(`${own}/`);
    expect(await counts()).toEqual([0, 0]);
  });

  it('deletes access requests with their tenant', async () => {
    await store.submit(own, accessRequest);
    await db.deleteFrom('tenants').where('context_identifier', '=', own).execute();
    expect(await db.selectFrom('access_requests').selectAll().execute()).toEqual([]);
  });
});
