import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { findReclaimCandidates } from '../../../src/licensing/advice/reclaim-candidates.ts';
import { createListRetiredHolders, createListSeatHolders } from '../../../src/snapshots/seat-holders.ts';
import { createUserStore } from '../../../src/snapshots/user-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { uncontendedLock } from '../../support/locks.ts';

const dayMs = 24 * 60 * 60_000;
const now = Date.UTC(2026, 10, 18, 10);
const today = '2026-11-18';
const user = (associateId: number, retired: boolean) => {
  return { associateId, name: `User ${associateId}`, userPlan: 'Sales Premium', canLogIn: true, retired };
};

let db: Database;
beforeAll(async () => {
  db = await freshDatabase();
  const tenants = createTenantStore({
    db,
    secrets: createSecretBox(newKeyring()),
    deleteJobs: async () => {},
    now: () => now,
  });
  for (const tenantId of ['Cust1', 'Cust2'])
    await tenants.saveConsent({
      tenantId,
      companyName: '',
      serial: '1',
      systemToken: 't',
      associateId: 1,
    });
});
afterAll(() => db.destroy());

it('the retired users alone lead to the same candidates as all users of the tenant', async () => {
  const list = (readAt: number, ...users: ReturnType<typeof user>[]) =>
    createUserStore({ db }).replace('Cust1', users, [], { readAt, isComplete: true }, uncontendedLock(db));
  const rules = { now, days: 90, seatIsTakenBy: 'plan' } as const;
  async function findBothWays() {
    const all = await createListSeatHolders({ db })('Cust1', today);
    const { users, firstListAt } = await createListRetiredHolders({ db })('Cust1', today);
    expect(firstListAt).toBe(now - 90 * dayMs);
    const found = findReclaimCandidates(users, rules, firstListAt);
    expect(found).toEqual(findReclaimCandidates(all, rules).filter(({ reason }) => reason === 'retired'));
    return { retired: users.length, found: found.map((each) => each.user.associateId) };
  }
  await list(now - 90 * dayMs, user(1, false));
  await list(now - dayMs, user(1, false), user(2, true));
  // Only the day of the first list tells that the one who has left is new.
  expect(await findBothWays()).toEqual({ retired: 1, found: [] });
  await list(now, user(1, true), user(2, true));
  expect(await findBothWays()).toEqual({ retired: 2, found: [1] });
  expect(await createListRetiredHolders({ db })('Cust2', today)).toEqual({
    users: [],
    firstListAt: Infinity,
  });
});
