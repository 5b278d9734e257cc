import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createSignInStore, type SignInStore, signInLifetimeMs } from '../../../src/tenants/sign-in-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const purpose = { kind: 'panel', language: 'de', tenantId: 'Cust12345', associateId: 5 } as const;

describe('createSignInStore', () => {
  let db: Database;
  let store: SignInStore;
  let now: number;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createSignInStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
  });
  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00Z');
  });
  afterAll(() => db.destroy());

  const rows = () => db.selectFrom('consumed_nonces').selectAll().execute();

  it('returns a sign-in once to the browser that started it', async () => {
    const { state, nonce, codeVerifier } = store.begin(purpose);
    expect(await store.consume(state, codeVerifier)).toEqual({ valid: true, purpose, nonce });
    const used = { valid: false, reason: 'unknown', purpose };
    expect(await store.consume(state, codeVerifier)).toEqual(used);
    expect(await store.consume(state, '')).toEqual(used);
  });

  it('creates an S256 challenge from the verifier and unique values for each sign-in', () => {
    const [one, other] = [store.begin(purpose), store.begin(purpose)];
    expect(one.codeChallenge).toBe(createHash('sha256').update(one.codeVerifier).digest('base64url'));
    expect(one.codeVerifier).toMatch(/^[\w-]{43}$/);
    for (const part of ['state', 'nonce', 'codeVerifier', 'codeChallenge'] as const) {
      expect(one[part]).not.toBe(other[part]);
    }
  });

  it('accepts a state only once when several callbacks arrive concurrently', async () => {
    const { state, nonce, codeVerifier } = store.begin({ kind: 'install', language: 'de' });
    const consumed = await Promise.all([1, 2, 3, 4].map(() => store.consume(state, codeVerifier)));
    const valid = { valid: true, purpose: { kind: 'install', language: 'de' }, nonce };
    expect(consumed.filter(({ valid }) => valid)).toEqual([valid]);
  });

  it('rejects another browser and keeps the sign-in for the browser that started it', async () => {
    const mismatch = { valid: false, reason: 'mismatch', purpose };
    const { state, nonce, codeVerifier } = store.begin(purpose);
    expect(await store.consume(state, store.begin(purpose).codeVerifier)).toEqual(mismatch);
    expect(await store.consume(state, '')).toEqual(mismatch);
    expect(await store.consume(state, codeVerifier)).toEqual({ valid: true, purpose, nonce });
  });

  it('rejects a state that was never issued or was modified', async () => {
    const { state, codeVerifier } = store.begin(purpose);
    const other = createSignInStore({ db, secrets: createSecretBox(newKeyring()), now: () => now });
    const unknown = { valid: false, reason: 'unknown', purpose: null };
    expect(await store.consume(other.begin(purpose).state, codeVerifier)).toEqual(unknown);
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat({ max: state.length - 1 }), async (text, at) => {
        expect(await store.consume(text, codeVerifier)).toEqual(unknown);
        const touched = `${state.slice(0, at)}${state[at] === 'A' ? 'B' : 'A'}${state.slice(at + 1)}`;
        expect(await store.consume(touched, codeVerifier)).toEqual(unknown);
      }),
    );
  });

  it('rejects an expired sign-in', async () => {
    const { state, codeVerifier } = store.begin(purpose);
    now += signInLifetimeMs + 1;
    expect(await store.consume(state, codeVerifier)).toEqual({ valid: false, reason: 'unknown', purpose });
  });

  it('stores nothing for a started sign-in and purges expired consumed nonces', async () => {
    const before = (await rows()).length;
    for (let count = 0; count < 50; count += 1) store.begin(purpose);
    expect(await rows()).toHaveLength(before);
    const first = store.begin(purpose);
    await store.consume(first.state, first.codeVerifier);
    now += signInLifetimeMs + 1;
    const next = store.begin(purpose);
    await store.consume(next.state, next.codeVerifier);
    expect((await rows()).map(({ nonce }) => nonce)).toEqual([next.nonce]);
  });

  it('hides the nonce, the verifier and the tenant in the state', () => {
    const { state, nonce, codeVerifier } = store.begin(purpose);
    const seen = state.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    for (const secret of [nonce, codeVerifier, 'Cust12345'])
      expect([state, ...seen].join()).not.toContain(secret);
  });
});
