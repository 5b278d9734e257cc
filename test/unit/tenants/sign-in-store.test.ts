import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/tenants/database.ts';
import { createSignInStore, type SignInStore, signInLifetimeMs } from '../../../src/tenants/sign-in-store.ts';
import { freshDatabase } from '../../support/database.ts';

const signIn = {
  purpose: { kind: 'panel', language: 'de', ctx: 'Cust12345', associateId: 5 },
  nonce: 'a-nonce',
  codeVerifier: 'a-verifier',
} as const;

describe('createSignInStore', () => {
  let db: Database;
  let store: SignInStore;
  let now = Date.parse('2026-11-22T10:00:00Z');

  beforeAll(async () => {
    db = await freshDatabase();
    store = createSignInStore({ db, now: () => now });
  });
  afterAll(() => db.destroy());

  it('gives a sign-in back to the browser that began it, once', async () => {
    await store.start({ ...signIn, state: 'once', browser: 'mine' });
    expect(await store.take('once', 'mine')).toEqual(signIn);
    expect(await store.take('once', 'mine')).toBe('unknown');
  });

  it('gives it to one of two answers that come at the same moment', async () => {
    await store.start({ ...signIn, state: 'race', browser: 'mine' });
    const taken = await Promise.all([1, 2, 3, 4].map(() => store.take('race', 'mine')));
    expect(taken.filter((each) => each !== 'unknown')).toEqual([signIn]);
  });

  it('refuses a browser that did not begin it, and leaves it to the one that did', async () => {
    await store.start({ ...signIn, state: 'theirs', browser: 'mine' });
    expect(await store.take('theirs', 'other')).toBe('foreign');
    expect(await store.take('theirs', '')).toBe('foreign');
    expect(await store.take('theirs', 'mine')).toEqual(signIn);
  });

  it('knows no state it never gave', async () => {
    expect(await store.take('invented', 'mine')).toBe('unknown');
  });

  it('forgets a sign-in after its time, also in the database', async () => {
    await store.start({ ...signIn, state: 'slow', browser: 'mine' });
    now += signInLifetimeMs + 1;
    expect(await store.take('slow', 'mine')).toBe('unknown');
    await store.start({ ...signIn, state: 'next', browser: 'mine' });
    expect(await db.selectFrom('sign_ins').select('state_hash').execute()).toHaveLength(1);
  });

  it('keeps neither state nor browser name as they are', async () => {
    await store.start({ ...signIn, state: 'plain-state', browser: 'plain-browser' });
    const raw = JSON.stringify(await db.selectFrom('sign_ins').selectAll().execute());
    expect(raw).not.toMatch(/plain-state|plain-browser/);
  });
});
