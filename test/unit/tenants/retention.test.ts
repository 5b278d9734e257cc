import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { createPurgeExpired } from '../../../src/tenants/retention.ts';
import { createSessionCutoffStore } from '../../../src/tenants/session-cutoff-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { apiKeyRow } from '../../support/api-key-row.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';
import { readText } from '../../support/project-files.ts';

const now = Date.parse('2026-11-26T10:00:00Z');
const hour = 60 * 60_000;
const day = 24 * hour;

describe('retention', () => {
  let db: Database;
  beforeAll(async () => {
    db = await freshDatabase();
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: () => now });
    for (const tenantId of ['Cust1', 'Cust2'])
      await tenants.saveConsent({ tenantId, companyName: '', serial: '1', systemToken: 't', associateId: 1 });
  });
  afterAll(() => db.destroy());

  const ago = (ms: number) => new Date(now - ms);
  const own = { context_identifier: 'Cust1' };
  const count = async (table: string) => {
    const { rows } = await sql<{
      count: number;
    }>`select count(*)::int as count from ${sql.table(table)}`.execute(db);
    return rows[0]?.count;
  };
  const purge = () => createPurgeExpired({ db, now: () => now })();

  /** Each table with a row that has just reached the end of its retention, and one that has not. */
  it.each<[string, (age: number) => Promise<unknown>, number]>([
    [
      'access_requests',
      (age) =>
        db
          .insertInto('access_requests')
          .values({
            ...own,
            associate_id: 5,
            requested_by: '',
            subject: `feature:${age}`,
            reason: '',
            requested_at: ago(age),
          })
          .execute(),
      400 * day,
    ],
    [
      'license_changes',
      (age) =>
        db
          .insertInto('license_changes')
          .values({ ...own, associate_id: 5, detected_at: ago(age), content: '{}' })
          .execute(),
      400 * day,
    ],
    [
      'license_snapshots',
      (age) =>
        db
          .insertInto('license_snapshots')
          .values({
            ...own,
            associate_id: 1 + (age % 1_000),
            format: 3,
            read_at: ago(age),
            content: '{}',
          })
          .execute(),
      30 * day,
    ],
    [
      'user_plan_periods',
      (age) =>
        db
          .insertInto('user_plan_periods')
          .values({ ...own, associate_id: 5, user_plan: '', began_at: ago(900 * day), ended_at: ago(age) })
          .execute(),
      800 * day,
    ],
    [
      'api_keys',
      (age) =>
        db
          .insertInto('api_keys')
          .values(apiKeyRow({ ...own, expires_at: ago(age) }))
          .execute(),
      400 * day,
    ],
    [
      'consumed_nonces',
      (age) =>
        db
          .insertInto('consumed_nonces')
          .values({ nonce: String(age), expires_at: ago(age) })
          .execute(),
      0,
    ],
    [
      'session_exchange_codes',
      (age) =>
        db
          .insertInto('session_exchange_codes')
          .values({
            ...own,
            code_hash: String(age),
            challenge: '',
            session: '{}',
            expires_at: ago(age),
          })
          .execute(),
      0,
    ],
  ])('of %s deletes a row when its time has come, and no sooner', async (table, insert, retentionMs) => {
    await db.deleteFrom(table as 'tickets').execute();
    await insert(retentionMs + 1);
    await insert(retentionMs);
    await purge();
    expect(await count(table)).toBe(1);
  });

  it('deletes more rows than one statement does', async () => {
    await db.deleteFrom('license_changes').execute();
    const expired = Array.from({ length: 10_001 }, () => 401);
    await sql`
      insert into license_changes (context_identifier, detected_at, content)
      select 'Cust1', ${ago(0)}::timestamptz - age * interval '1 day', '{}'
      from unnest(${[...expired, 399]}::integer[]) as age`.execute(db);
    await purge();
    expect(await count('license_changes')).toBe(1);
  });

  it('deletes from a table that takes more than one statement to read', async () => {
    await db.deleteFrom('access_requests').execute();
    const perPage = 4;
    await sql`
      insert into access_requests (context_identifier, associate_id, requested_by, subject, reason, requested_at)
      select 'Cust1', number, '', 'feature:saint', repeat('x', 1900), ${ago(401 * day)}
      from generate_series(1, ${1_200 * perPage}::int) as number`.execute(db);
    await db
      .updateTable('access_requests')
      .set({ state: 'declined', resolved_at: ago(0) })
      .where('associate_id', 'in', [1, 1_200 * perPage])
      .execute();
    const { rows } = await sql<{
      pages: number;
    }>`select (pg_relation_size('access_requests') / 8192)::int as pages`.execute(db);
    expect(rows[0]?.pages).toBeGreaterThan(1_000);
    await purge();
    expect(await count('access_requests')).toBe(2);
  });

  it('of session_cutoffs counts from the later of sign-in and end, one day', async () => {
    const row = (associateId: number, ended: number, signedIn: number) => ({
      ...own,
      associate_id: associateId,
      not_before: ago(ended),
      signed_in_at: ago(signedIn),
    });
    await db
      .insertInto('session_cutoffs')
      .values([row(1, day + 1, day + 1), row(2, day, 2 * day), row(3, 2 * day, day)])
      .execute();
    await createSessionCutoffStore({ db, now: () => now }).purgeExpired();
    const kept = await db.selectFrom('session_cutoffs').select('associate_id').execute();
    expect(kept.map(({ associate_id }) => associate_id).sort()).toEqual([2, 3]);
  });

  it('of api_keys counts from their revocation, and keeps those in use', async () => {
    await db.deleteFrom('api_keys').execute();
    const [old, recent, used] = [1, 2, 3].map(() => apiKeyRow({ ...own, created_at: ago(900 * day) }));
    for (const row of [old, recent, used]) if (row) await db.insertInto('api_keys').values(row).execute();
    for (const [row, age] of [
      [old, 400 * day + 1],
      [recent, 400 * day],
    ] as const)
      await db
        .updateTable('api_keys')
        .set({ revoked_at: ago(age) })
        .where('id', '=', row?.id ?? '')
        .execute();
    await purge();
    const kept = await db.selectFrom('api_keys').select('id').execute();
    expect(kept.map(({ id }) => id).sort()).toEqual([recent?.id, used?.id].sort());
  });

  it('of license_snapshots keeps the licenses of a tenant', async () => {
    await db.deleteFrom('license_snapshots').execute();
    const row = { ...own, associate_id: 0, format: 3, read_at: ago(500 * day), content: '{}' };
    await db.insertInto('license_snapshots').values(row).execute();
    await purge();
    expect(await count('license_snapshots')).toBe(1);
  });

  it('of tickets ends when no process would use the ticket any more', async () => {
    const ticket = { ticket_encrypted: '' };
    await db
      .insertInto('tickets')
      .values([
        { context_identifier: 'Cust1', ...ticket, exchanged_at: ago(6 * hour + 1) },
        { context_identifier: 'Cust2', ...ticket, exchanged_at: ago(6 * hour) },
      ])
      .execute();
    await purge();
    expect(await count('tickets')).toBe(1);
  });

  it('of seat_counts ends with the day 800 days ago', async () => {
    for (const age of [801, 800])
      await db
        .insertInto('seat_counts')
        .values({
          ...own,
          day: ago(age * day)
            .toISOString()
            .slice(0, 10),
          module: 'ten-sales',
        })
        .execute();
    await purge();
    expect(await count('seat_counts')).toBe(1);
  });

  it('of user_plan_periods keeps current plans, however old', async () => {
    await db.deleteFrom('user_plan_periods').execute();
    await db
      .insertInto('user_plan_periods')
      .values({ ...own, associate_id: 5, user_plan: '', began_at: ago(900 * day) })
      .execute();
    await purge();
    expect(await count('user_plan_periods')).toBe(1);
  });

  it('of tenant_users, user_plan_periods, pins and marks ends when no list has confirmed them for 30 days', async () => {
    await db.deleteFrom('user_plan_periods').execute();
    const user = { associate_id: 5, name: 'Markus', user_plan: '' };
    await db
      .insertInto('user_plan_periods')
      .values(
        ['Cust1', 'Cust2'].map((tenantId) => {
          return { context_identifier: tenantId, associate_id: 5, user_plan: '', began_at: ago(day) };
        }),
      )
      .execute();
    await db
      .insertInto('tenant_users')
      .values([
        { context_identifier: 'Cust1', ...user },
        { context_identifier: 'Cust2', ...user },
      ])
      .execute();
    const pin = { associate_id: 5, kind: 'exactly', plan: 'sales-premium', reason: '', pinned_at: ago(0) };
    await db
      .insertInto('user_pins')
      .values([
        { context_identifier: 'Cust1', ...pin },
        { context_identifier: 'Cust2', ...pin },
      ])
      .execute();
    const mark = { associate_id: 5, kind: 'keep', note: '', until: null, marked_at: ago(0) };
    await db
      .insertInto('user_marks')
      .values([
        { context_identifier: 'Cust1', ...mark },
        { context_identifier: 'Cust2', ...mark },
      ])
      .execute();
    for (const [tenantId, age] of [
      ['Cust1', 30 * day + 1],
      ['Cust2', 30 * day],
    ] as const)
      await db
        .updateTable('tenants')
        .set({ users_read_at: ago(age) })
        .where('context_identifier', '=', tenantId)
        .execute();
    await purge();
    for (const table of ['tenant_users', 'user_plan_periods', 'user_pins', 'user_marks'] as const)
      expect(await db.selectFrom(table).select('context_identifier').execute()).toEqual([
        { context_identifier: 'Cust2' },
      ]);
  });

  it('of marks ends after their last day', async () => {
    await db.deleteFrom('user_marks').execute();
    const mark = { context_identifier: 'Cust2', kind: 'keep', note: '', marked_at: ago(0) };
    const dayOf = (ms: number) => ago(ms).toISOString().slice(0, 10);
    await db
      .insertInto('user_marks')
      .values(
        [null, dayOf(0), dayOf(day)].map((until, index) => ({ ...mark, associate_id: index + 1, until })),
      )
      .execute();
    await purge();
    const kept = await db.selectFrom('user_marks').select('associate_id').orderBy('associate_id').execute();
    expect(kept.map((row) => row.associate_id)).toEqual([1, 2]);
  });

  it('of every table is documented', async () => {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name not like 'kysely%'`.execute(db);
    const documented = readText('docs/privacy.md');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(({ name }) => name).filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  });
});
