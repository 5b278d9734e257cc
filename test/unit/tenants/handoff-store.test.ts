import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Base64Url } from '../../../src/crypto/random-token.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  createHandoffStore,
  type HandoffStore,
  handoffLifetimeMs,
} from '../../../src/tenants/handoff-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const session = { tenantId: 'Cust12345', associateId: 5, isAdministrator: false, name: 'Markus Brandt' };
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

describe('createHandoffStore', () => {
  let db: Database;
  let store: HandoffStore;
  let now: number;

  beforeAll(async () => {
    db = await freshDatabase();
    const clock = () => now;
    now = Date.parse('2026-11-22T10:00:00Z');
    const tenants = createTenantStore({
      db,
      secrets: createSecretBox(newKeyring()),
      deleteJobs: async () => {},
      now: clock,
    });
    await tenants.saveConsent({
      tenantId: session.tenantId,
      companyName: '',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
    store = createHandoffStore({ db, secrets: createSecretBox(newKeyring()), now: clock });
  });
  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00Z');
  });
  afterAll(() => db.destroy());

  const rows = () => db.selectFrom('session_exchange_codes').selectAll().execute();

  it('gives a session once, to the panel with the verifier', async () => {
    await store.offer(session, challenge);
    expect(await store.redeem('w'.repeat(43))).toBeNull();
    expect(await store.redeem(challenge)).toBeNull();
    expect(await store.redeem(verifier)).toEqual(session);
    expect(await store.redeem(verifier)).toBeNull();
  });

  it('gives a session to only one of several concurrent requests', async () => {
    await store.offer(session, challenge);
    const redeemed = await Promise.all([1, 2, 3, 4].map(() => store.redeem(verifier)));
    expect(redeemed.filter((each) => each !== null)).toEqual([session]);
  });

  it('replaces the session of an earlier pop-up of the same panel', async () => {
    await store.offer(session, challenge);
    const renewed = { ...session, name: 'Lena Hoffmann' };
    await store.offer(renewed, challenge);
    expect(await store.redeem(verifier)).toMatchObject({ name: 'Lena Hoffmann' });
  });

  it('refuses a session that was offered two minutes ago', async () => {
    await store.offer(session, challenge);
    now += handoffLifetimeMs - 1;
    expect(await store.redeem(verifier)).toEqual(session);
    await store.offer(session, challenge);
    now += handoffLifetimeMs;
    expect(await store.redeem(verifier)).toBeNull();
  });

  it('has no session for a verifier of no pop-up', async () => {
    for (const unknown of ['', 'x', 'c'.repeat(43)]) expect(await store.redeem(unknown)).toBeNull();
  });

  it('refuses a session that something else than the app stored or changed', async () => {
    const administrator = { ...session, isAdministrator: true };
    const forged = [
      JSON.stringify(administrator),
      JSON.stringify({ ...administrator, encrypted: '' }),
      JSON.stringify({ ...administrator, encrypted: 'test.a.b.c' }),
      '[]',
      'null',
    ];
    for (const content of forged) {
      await store.offer(session, challenge);
      await db.updateTable('session_exchange_codes').set({ session: content }).execute();
      expect(await store.redeem(verifier), content).toBeNull();
    }
    await store.offer(administrator, 'c'.repeat(43));
    await db
      .updateTable('session_exchange_codes')
      .set({ code_hash: sha256Base64Url('o'.repeat(43)) })
      .execute();
    expect(await store.redeem('o'.repeat(43)), 'the copy of another panel').toBeNull();
    await store.offer(session, challenge);
    await db
      .updateTable('session_exchange_codes')
      .set({ session: sql`session || '{"isAdministrator": true}'` })
      .execute();
    expect(await store.redeem(verifier), 'only what is encrypted').toEqual(session);
  });

  it('stores no verifier and purges expired sessions', async () => {
    await store.offer(session, 'c'.repeat(43));
    expect(JSON.stringify(await rows())).not.toContain(verifier);
    now += handoffLifetimeMs + 1;
    await store.offer(session, challenge);
    expect(await rows()).toHaveLength(1);
  });

  it('deletes the sessions of a deleted tenant', async () => {
    await store.offer(session, challenge);
    await db.deleteFrom('tenants').execute();
    expect(await rows()).toEqual([]);
  });
});
