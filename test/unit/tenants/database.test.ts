import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/tenants/database.ts';
import { emptyDatabase } from '../../support/database.ts';

describe('openDatabase', () => {
  it('makes the schema once, however many processes start at the same time', async () => {
    const url = await emptyDatabase();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(url, () => {})));
    const [db] = opened;
    const applied = await sql<{ name: string }>`select name from kysely_migration`.execute(db as never);
    expect(applied.rows.map((row) => row.name)).toEqual(['001-tenants-and-snapshots']);
    await Promise.all(opened.map((each) => each.destroy()));
  });

  it('leaves an up-to-date schema and its rows alone', async () => {
    const url = await emptyDatabase();
    const first = await openDatabase(url, () => {});
    await first
      .insertInto('sign_ins')
      .values({
        state_hash: 's',
        browser_hash: 'b',
        purpose: '{}',
        nonce: 'n',
        code_verifier: 'v',
        expires_at: new Date(),
      })
      .execute();
    await first.destroy();
    const second = await openDatabase(url, () => {});
    expect(await second.selectFrom('sign_ins').select('state_hash').execute()).toEqual([{ state_hash: 's' }]);
    await second.destroy();
  });

  it('rejects where nobody answers, and tells why', async () => {
    await expect(openDatabase('postgres://x:y@127.0.0.1:1/none', () => {})).rejects.toThrow(/ECONNREFUSED/);
  });

  it('survives a connection cut by the server, and says so', async () => {
    const url = await emptyDatabase();
    const lost: Error[] = [];
    const db = await openDatabase(url, (error) => lost.push(error));
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const other = await openDatabase(url, () => {});
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other);
    await expect.poll(() => lost.length).toBe(1);
    expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await Promise.all([db.destroy(), other.destroy()]);
  });

  it('survives a connection cut in the middle of a query', async () => {
    const url = await emptyDatabase();
    const lost: Error[] = [];
    const db = await openDatabase(url, (error) => lost.push(error));
    const other = await openDatabase(url, () => {});
    const slow = sql`select pg_sleep(10)`.execute(db).catch((error: Error) => error);
    const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and query like '%pg_sleep(10)%' and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await cut.execute(other)).rows.length).toBe(1);
    expect(await slow).toBeInstanceOf(Error);
    const again = () => sql<{ one: number }>`select 1 as one`.execute(db).then(({ rows }) => rows);
    await expect.poll(() => again().catch(() => 'not yet')).toEqual([{ one: 1 }]);
    await Promise.all([db.destroy(), other.destroy()]);
  });
});
