import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createSnapshotStore, type UserKnownBy } from '../../../src/snapshots/snapshot-store.ts';
import { createUserStore } from '../../../src/snapshots/user-store.ts';
import { createAccessRequestStore } from '../../../src/tenants/access-request-store.ts';
import { createAuditLog } from '../../../src/tenants/audit-log.ts';
import { createHandoffStore } from '../../../src/tenants/handoff-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { createUserDataStore } from '../../../src/tenants/user-data.ts';
import { createUserMarkStore } from '../../../src/tenants/user-mark-store.ts';
import { createUserPinStore } from '../../../src/tenants/user-pin-store.ts';
import { listAccessRequests } from '../../support/access-requests.ts';
import { apiKeyRow } from '../../support/api-key-row.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { uncontendedLock } from '../../support/locks.ts';

const start = Date.parse('2026-11-26T10:00:00Z');
const hour = 60 * 60_000;
const active = { canLogIn: true, retired: false };
const markus = { associateId: 101, name: 'Markus Brandt', userPlan: 'Sales Premium', ...active };
const kari = { associateId: 131, name: 'Kari Nygård', userPlan: '', ...active };

describe('the data about a user', () => {
  let db: Database;
  let now: number;
  const clock = () => now;
  const users = () => createUserStore({ db });
  const snapshots = () => createSnapshotStore(db);
  const requests = () => createAccessRequestStore({ db, now: clock });
  const userData = () => createUserDataStore({ db, now: clock });
  const pins = () => createUserPinStore({ db, now: clock });
  const marks = () => createUserMarkStore({ db, now: clock });

  beforeAll(async () => {
    db = await freshDatabase();
  });
  afterAll(() => db.destroy());
  beforeEach(async () => {
    now = start;
    await db.deleteFrom('tenants').execute();
    await db.deleteFrom('audit_log').execute();
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: clock });
    for (const tenantId of ['Cust1', 'Cust2'])
      await tenants.saveConsent({
        tenantId,
        companyName: '',
        serial: '1',
        systemToken: 't',
        associateId: 131,
      });
  });

  const saveSnapshot = (associateId: number, knownBy: UserKnownBy = 'list', tenantId = 'Cust1') =>
    snapshots().saveUser(
      tenantId,
      { content: { functionRights: ['x'] }, readAt: now },
      { associateId, knownBy },
    );
  const request = (associateId: number, subject = 'feature:saint', tenantId = 'Cust1') =>
    requests().submit(tenantId, {
      associateId,
      requestedBy: associateId === 101 ? 'Markus Brandt' : 'Kari',
      subject,
      reason: associateId === 101 ? 'I am on sick leave' : '',
    });
  const list = (...listed: (typeof markus)[]) =>
    users().replace('Cust1', listed, [], { readAt: now, isComplete: true }, uncontendedLock(db));
  /** All rows of all tables with tenant data, as text. */
  async function stored(): Promise<string> {
    const tables = [
      'tenant_users',
      'license_snapshots',
      'license_changes',
      'access_requests',
      'user_pins',
      'user_marks',
      'session_exchange_codes',
      'user_plan_periods',
      'api_keys',
    ] as const;
    const all = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
    return JSON.stringify(all);
  }

  /** Markus of the first tenant, with a row in every table, and a request that he resolved. */
  async function fill(): Promise<void> {
    const change = { kind: 'user-plan', from: '', to: 'Sales Premium' } as const;
    await users().replace(
      'Cust1',
      [markus, kari],
      [{ associateId: 101, change }],
      { readAt: now, isComplete: true },
      uncontendedLock(db),
    );
    await saveSnapshot(101);
    await saveSnapshot(131);
    await request(101);
    await request(131, 'feature:forms');
    const resolution = { state: 'declined', comment: 'No.' } as const;
    const own = (await listAccessRequests(requests(), 'Cust1')).find(
      ({ associateId }) => associateId === 131,
    );
    await requests().resolve('Cust1', [own?.id ?? ''], {
      ...resolution,
      resolvedBy: { associateId: 101, name: 'M. Brandt' },
    });
    await createHandoffStore({ db, secrets: createSecretBox(newKeyring()), now: clock }).offer(
      { tenantId: 'Cust1', associateId: 101 } as never,
      'c',
    );
    await createAuditLog({ db, now: clock }).write(
      { tenantId: 'Cust1', associateId: 101 },
      { event: 'signed-in', isAdministrator: false },
    );
    const pin = { kind: 'exactly', plan: 'sales-premium' } as const;
    await pins().save('Cust1', { ...pin, associateId: 101, reason: 'Markus sells', pinnedBy: 131 });
    await pins().save('Cust1', { ...pin, associateId: 131, reason: 'Other reason', pinnedBy: 101 });
    await db
      .insertInto('api_keys')
      .values(apiKeyRow({ context_identifier: 'Cust1', created_by_id: 101, created_at: new Date(now) }))
      .execute();
    const mark = { kind: 'on-leave', until: '2027-01-31' } as const;
    await marks().save('Cust1', [101], { ...mark, note: 'Markus is abroad', markedBy: 131 });
    await marks().save('Cust1', [131], { ...mark, note: 'Another note', markedBy: 101 });
    now += 1;
  }
  const isAboutMarkus =
    /"associate_id":101|Brandt|sick leave|Markus (sells|is abroad)|"associateId":101|(resolved|pinned|marked|created)_by_id":101/;

  it('is erased on demand, with the name in rows about others, and nothing else is', async () => {
    await fill();
    expect(await stored()).toMatch(isAboutMarkus);
    await userData().erase({ tenantId: 'Cust1', associateId: 101 });
    expect(await stored()).not.toMatch(isAboutMarkus);
    expect(await stored()).toMatch(/"associate_id":131.*"Kari Nygård"/);
    expect(await listAccessRequests(requests(), 'Cust1')).toMatchObject([
      { associateId: 131, comment: 'No.', resolvedBy: '' },
    ]);
    expect(await pins().list('Cust1')).toMatchObject([
      { associateId: 131, reason: 'Other reason', pinnedBy: null },
    ]);
    expect(await marks().find('Cust1', 131)).toMatchObject({ note: 'Another note', markedBy: null });
  });

  it('is erased for an administrator together with the entry of the audit log that says so', async () => {
    await fill();
    await db.deleteFrom('audit_log').execute();
    const actor = { tenantId: 'Cust1', associateId: 131, address: '192.0.2.1' };
    await userData().erase({ tenantId: 'Cust1', associateId: 101 }, actor);
    expect(await db.selectFrom('audit_log').selectAll().execute()).toMatchObject([
      { associate_id: 131, at: new Date(now), content: { event: 'user-erased', user: 101 } },
    ]);
    // The column has no place for this number, so the whole transaction fails.
    const refused = userData().erase(
      { tenantId: 'Cust1', associateId: 131 },
      { ...actor, associateId: 2 ** 31 },
    );
    await expect(refused).rejects.toThrow();
    expect(await users().listByTenant('Cust1')).toMatchObject([{ associateId: 131 }]);
  });

  it('has no mark of a user who is not listed, and one mark of each who is', async () => {
    await list(kari);
    const mark = { kind: 'keep', note: '', until: null, markedBy: 131 } as const;
    expect(await marks().save('Cust1', [101, 131], mark)).toEqual([131]);
    expect(await marks().save('Cust2', [131], mark)).toEqual([]);
    now += hour;
    await marks().save('Cust1', [131], { ...mark, kind: 'service-account', note: 'Import' });
    expect(await marks().find('Cust1', 131)).toEqual({
      kind: 'service-account',
      note: 'Import',
      until: null,
      markedBy: 'Kari Nygård',
      markedAt: new Date(now),
    });
    expect(await marks().find('Cust1', 101)).toBeNull();
    expect(await marks().remove('Cust2', [131])).toEqual([]);
    expect(await marks().remove('Cust1', [101, 131])).toEqual([131]);
    expect(await marks().find('Cust1', 131)).toBeNull();
  });

  it('has no pin of a user who is not listed', async () => {
    await list(kari);
    const pin = { kind: 'exactly', plan: 'sales-premium', reason: 'x', pinnedBy: 131 } as const;
    expect(await pins().save('Cust1', { ...pin, associateId: 101 })).toBe(false);
    expect(await pins().save('Cust2', { ...pin, associateId: 131 })).toBe(false);
    expect(await pins().save('Cust1', { ...pin, associateId: 131 })).toBe(true);
    expect(await pins().save('Cust1', { ...pin, kind: 'at-least', associateId: 131 })).toBe(true);
    expect(await pins().list('Cust1')).toMatchObject([{ associateId: 131, kind: 'at-least' }]);
    expect(await pins().remove('Cust2', 131)).toBe(false);
    expect(await pins().remove('Cust1', 131)).toBe(true);
  });

  it('is erased when the user is no longer listed', async () => {
    await fill();
    await list(kari);
    expect(await stored()).not.toMatch(isAboutMarkus);
    expect(await stored()).toContain('Kari Nygård');
  });

  it('is erased although the user was never listed, but not if stored after the list was read', async () => {
    await saveSnapshot(101);
    await request(101);
    now += 1;
    const readAt = now;
    now += 1;
    await saveSnapshot(102, 'sign-in');
    await users().replace('Cust1', [kari], [], { readAt, isComplete: true }, uncontendedLock(db));
    expect(await stored()).not.toMatch(isAboutMarkus);
    expect(await snapshots().latest('Cust1', 102)).not.toBeNull();
  });

  it('includes the name of an administrator that an earlier version stored without a number', async () => {
    await list(markus, kari);
    await request(131, 'feature:forms');
    await db
      .updateTable('access_requests')
      .set({ state: 'declined', resolved_by: 'Markus Brandt', resolved_at: new Date(now) })
      .execute();
    await list(kari);
    const [resolved] = await listAccessRequests(requests(), 'Cust1');
    expect(resolved?.resolvedBy).toBe('');
  });

  it('is exported completely, and nothing about others or of another tenant', async () => {
    await fill();
    await saveSnapshot(101, 'sign-in', 'Cust2');
    const exported = JSON.stringify(await userData().export({ tenantId: 'Cust1', associateId: 101 }));
    const parts = ['Sales Premium', 'functionRights', 'sick leave', 'user-plan', 'signed-in', 'No.'];
    for (const part of [...parts, 'Markus sells', 'Markus is abroad', 'Another note'])
      expect(exported).toContain(part);
    for (const column of ['can_log_in', 'last_login_at', 'listed_since', 'plan_since', 'began_at'])
      expect(exported).toContain(column);
    expect(exported).not.toMatch(/Cust2|Kari|_encrypted/);
  });

  describe('of a user who has left and still holds a plan', () => {
    const retired = { ...markus, retired: true };
    const isOnTheListOnly = async () => {
      const periods = await db
        .selectFrom('user_plan_periods')
        .select(['associate_id', 'user_plan'])
        .execute();
      expect(periods).toContainEqual({ associate_id: 101, user_plan: 'Sales Premium' });
      expect(await users().listByTenant('Cust1')).toContainEqual(retired);
      await db.deleteFrom('tenant_users').where('associate_id', '=', 101).execute();
      await db.deleteFrom('user_plan_periods').where('associate_id', '=', 101).execute();
      await db.deleteFrom('user_marks').where('associate_id', '=', 101).execute();
      expect(await stored()).not.toMatch(isAboutMarkus);
    };

    it('is erased except for the list, the plan and the mark', async () => {
      await fill();
      await list(kari, retired);
      expect(await marks().find('Cust1', 101)).toMatchObject({ note: 'Markus is abroad' });
      await isOnTheListOnly();
    });

    it('does not count as active, and is not stored again by a session that lives on', async () => {
      await list(kari, retired);
      expect(await users().findListed('Cust1', 131)).toMatchObject({ readAt: now });
      expect(await users().findListed('Cust1', 101)).toBeNull();
      await saveSnapshot(101);
      await expect(request(101)).rejects.toMatchObject({ code: 'session-required' });
      await isOnTheListOnly();
    });

    it('is erased completely when the plan is taken away', async () => {
      await list(markus, kari);
      await list(kari, retired);
      await list(kari);
      expect(await stored()).not.toMatch(isAboutMarkus);
    });
  });

  describe('after the user has left', () => {
    beforeEach(async () => {
      await list(markus, kari);
      await list(kari);
    });

    it('is not stored again by a session that lives on', async () => {
      await saveSnapshot(101);
      await expect(request(101)).rejects.toMatchObject({ code: 'session-required' });
      expect(await stored()).not.toMatch(isAboutMarkus);
    });

    it('is stored again after a sign-in, which proves that the user is back', async () => {
      await saveSnapshot(101, 'sign-in');
      expect(await request(101)).toBe(true);
      expect(await stored()).toMatch(isAboutMarkus);
    });

    it('is not stored when the list and the save happen at once', async () => {
      for (let each = 0; each < 10; each += 1) {
        await list(markus, kari);
        await saveSnapshot(101);
        now += 1;
        await Promise.all([list(kari), saveSnapshot(101), request(101).catch(() => null), saveSnapshot(101)]);
        await list(kari);
        await saveSnapshot(101);
        expect(await snapshots().latest('Cust1', 101)).toBeNull();
      }
    });

    it('is stored where no list of users is known, or only an old one', async () => {
      await saveSnapshot(101, 'list', 'Cust2');
      expect(await request(101, 'feature:saint', 'Cust2')).toBe(true);
      now += 25 * hour;
      await saveSnapshot(101);
      expect(await snapshots().latest('Cust1', 101)).not.toBeNull();
    });

    it('is not stored by a read after the sign-in of a user who was stored, whatever the age of the list', async () => {
      for (const age of [0, 25 * hour]) {
        now += age;
        expect(await saveSnapshot(101, 'stored-data')).toBe(false);
        expect(await saveSnapshot(131, 'stored-data')).toBe(true);
      }
      expect(await stored()).not.toMatch(isAboutMarkus);
    });
  });
});
