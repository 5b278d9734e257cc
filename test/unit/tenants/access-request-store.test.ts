import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createWishStore, type WishStore } from '../../../src/tenants/access-request-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const wish = { associateId: 5, askedBy: 'Markus Brandt', subject: 'feature:saint', reason: 'For follow-ups' };
const [own, other] = ['Cust12345', 'Cust12346'] as const;

describe('createWishStore', () => {
  let db: Database;
  let store: WishStore;
  let now: number;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createWishStore({ db, now: () => now });
  });
  beforeEach(async () => {
    now = Date.parse('2026-11-22T10:00:00Z');
    await db.deleteFrom('tenants').execute();
    store.forgetRemembered();
    const tenants = createTenantStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
    const consent = { companyName: '', serial: '1', systemToken: 't', associateId: 1 };
    for (const ctx of [own, other]) await tenants.saveConsent({ ctx, ...consent });
  });
  afterAll(() => db.destroy());

  const only = async (ctx: string = own) => {
    const [first] = await store.ofTenant(ctx, 50);
    if (first === undefined) throw new Error('there is no wish');
    return first;
  };

  it('remembers what a user asked for until they ask, take back or are answered', async () => {
    const last = () => store.lastOfUser(own, wish.associateId);
    const subjects = async () => (await last()).map(({ subject, state }) => [subject, state]);
    expect(await last()).toBe(await last());
    expect(await last()).toEqual([]);
    await store.ask(own, wish);
    expect(await subjects()).toEqual([['feature:saint', 'open']]);
    await store.withdraw(own, wish);
    expect(await subjects()).toEqual([]);
    await store.ask(own, wish);
    await store.answer(own, (await only()).id, { state: 'done', answer: '', answeredBy: 'Kari' });
    expect(await subjects()).toEqual([['feature:saint', 'done']]);
    await db.deleteFrom('wishes').execute();
    expect(await subjects(), 'nobody told').toEqual([['feature:saint', 'done']]);
    store.changedElsewhere(`${own}/`);
    expect(await subjects()).toEqual([]);
  });

  it('keeps a wish as it was asked, open', async () => {
    expect(await store.ask(own, wish)).toBe(true);
    expect(await only()).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      ...wish,
      askedAt: new Date(now),
      state: 'open',
      answer: '',
      answeredBy: null,
      answeredAt: null,
    });
  });

  it('lets one be open per user and subject, however many are asked at the same moment', async () => {
    const asked = await Promise.all(
      [1, 2, 3, 4].map((each) => store.ask(own, { ...wish, reason: `${each}` })),
    );
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(await store.ofTenant(own, 50)).toHaveLength(1);
  });

  it('takes back only the asker’s own wish for the subject, and only while it is open', async () => {
    await store.ask(own, wish);
    for (const other of [
      { ...wish, associateId: 6 },
      { ...wish, subject: 'feature:forms' },
    ]) {
      expect(await store.withdraw(own, other)).toBe(false);
    }
    expect(await store.withdraw(other, wish)).toBe(false);
    expect(await store.ofTenant(own, 50)).toHaveLength(1);
    expect(await store.withdraw(own, wish)).toBe(true);
    expect(await store.ofTenant(own, 50)).toEqual([]);

    await store.ask(own, wish);
    await store.answer(own, (await only()).id, { state: 'done', answer: '', answeredBy: 'Kari' });
    expect(await store.withdraw(own, wish)).toBe(false);
    expect((await only()).state).toBe('done');
  });

  it('takes another user’s, another subject’s and another tenant’s for wishes of their own', async () => {
    await store.ask(own, wish);
    expect(await store.ask(own, { ...wish, associateId: 6 })).toBe(true);
    expect(await store.ask(own, { ...wish, subject: 'plan:service-premium' })).toBe(true);
    expect(await store.ask(other, wish)).toBe(true);
  });

  it('is answered once, after which the user may ask again', async () => {
    await store.ask(own, wish);
    const { id } = await only();
    now += 1000;
    const answer = { state: 'declined', answer: 'Next year.', answeredBy: 'Kari Nygård' } as const;
    const answers = await Promise.all([1, 2, 3].map(() => store.answer(own, id, answer)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await only()).toMatchObject({ ...answer, answeredAt: new Date(now) });
    expect(await store.ask(own, wish)).toBe(true);
  });

  it('cannot be answered or seen by another tenant', async () => {
    await store.ask(own, wish);
    const { id } = await only();
    expect(await store.answer(other, id, { state: 'done', answer: '', answeredBy: 'x' })).toBe(false);
    expect(await store.ofTenant(other, 50)).toEqual([]);
    expect(await store.lastOfUser(other, wish.associateId)).toEqual([]);
    expect((await only()).state).toBe('open');
  });

  it('tells a user the last wish for each subject, and no other user’s', async () => {
    await store.ask(own, wish);
    await store.answer(own, (await only()).id, { state: 'done', answer: '', answeredBy: 'x' });
    now += 1000;
    await store.ask(own, { ...wish, reason: 'again' });
    await store.ask(own, { ...wish, subject: 'feature:forms' });
    await store.ask(own, { ...wish, associateId: 6 });
    const last = await store.lastOfUser(own, wish.associateId);
    expect(last.map(({ subject, state, reason }) => [subject, state, reason])).toEqual([
      ['feature:forms', 'open', wish.reason],
      ['feature:saint', 'open', 'again'],
    ]);
  });

  it('lists open ones first, oldest first, then the last answered', async () => {
    for (const subject of ['feature:a', 'feature:b', 'feature:c', 'feature:d']) {
      now += 1000;
      await store.ask(own, { ...wish, subject });
    }
    const all = await store.ofTenant(own, 50);
    for (const { id, subject } of all) {
      now += 1000;
      if (subject !== 'feature:b' && subject !== 'feature:d')
        await store.answer(own, id, { state: 'done', answer: '', answeredBy: 'x' });
    }
    const listed = async (answered: number) =>
      (await store.ofTenant(own, answered)).map(({ subject }) => subject.slice(-1));
    expect(await listed(50)).toEqual(['b', 'd', 'c', 'a']);
    expect(await listed(1)).toEqual(['b', 'd', 'c']);
  });

  it('goes with its tenant', async () => {
    await store.ask(own, wish);
    await db.deleteFrom('tenants').where('context_identifier', '=', own).execute();
    expect(await db.selectFrom('wishes').selectAll().execute()).toEqual([]);
  });
});
