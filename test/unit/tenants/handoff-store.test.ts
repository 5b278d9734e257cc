import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    store = createHandoffStore({ db, now: clock });
  });
  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00Z');
  });
  afterAll(() => db.destroy());

  const rows = () => db.selectFrom('session_exchange_codes').selectAll().execute();

  it('exchanges a code for its session once, given the matching verifier', async () => {
    const code = await store.issue(session, challenge);
    expect(await store.redeem(code, verifier)).toEqual(session);
    expect(await store.redeem(code, verifier)).toBeNull();
  });

  it('exchanges a code for only one of several concurrent requests', async () => {
    const code = await store.issue(session, challenge);
    const redeemed = await Promise.all([1, 2, 3, 4].map(() => store.redeem(code, verifier)));
    expect(redeemed.filter((each) => each !== null)).toEqual([session]);
  });

  it('consumes the code when the verifier is wrong', async () => {
    const code = await store.issue(session, challenge);
    expect(await store.redeem(code, 'w'.repeat(43))).toBeNull();
    expect(await store.redeem(code, verifier)).toBeNull();
  });

  it('rejects a code after one minute', async () => {
    const [late, intime] = [await store.issue(session, challenge), await store.issue(session, challenge)];
    now += handoffLifetimeMs - 1;
    expect(await store.redeem(intime, verifier)).toEqual(session);
    now += 1;
    expect(await store.redeem(late, verifier)).toBeNull();
  });

  it('rejects a code that was never issued', async () => {
    for (const code of ['', 'x', 'c'.repeat(43)]) expect(await store.redeem(code, verifier)).toBeNull();
  });

  it('stores no code in plain text and purges expired codes', async () => {
    const code = await store.issue(session, challenge);
    expect(JSON.stringify(await rows())).not.toContain(code);
    now += handoffLifetimeMs + 1;
    await store.issue(session, challenge);
    expect(await rows()).toHaveLength(1);
  });

  it('deletes the codes of a deleted tenant', async () => {
    await store.issue(session, challenge);
    await db.deleteFrom('tenants').execute();
    expect(await rows()).toEqual([]);
  });
});
