import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { migrations } from '../../../src/database/migrate.ts';
import { prepared } from '../../../src/database/prepared.ts';
import { AppError } from '../../../src/errors.ts';
import { emptyDatabase, migratedDatabase } from '../../support/database.ts';
import { startSilentProxy } from '../../support/silent-proxy.ts';

const selectOne = (db: Database) =>
  sql<{ one: number }>`select 1 as one`.execute(db).then(({ rows }) => rows);
/** The code of an AppError, otherwise the result or the error. */
const getErrorCode = (work: Promise<unknown>) =>
  work.catch((error: unknown) => (error instanceof AppError ? error.code : error));

describe('openDatabase', () => {
  it('applies each migration once when several processes start concurrently', async () => {
    const url = await emptyDatabase();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(url, () => {})));
    const [db] = opened;
    const applied = await sql<{ name: string }>`select name from kysely_migration`.execute(db as never);
    expect(applied.rows.map((row) => row.name)).toEqual(Object.keys(migrations));
    await Promise.all(opened.map((each) => each.destroy()));
  });

  it('keeps an up-to-date schema and its rows', async () => {
    const url = await emptyDatabase();
    const first = await openDatabase(url, () => {});
    await first.insertInto('consumed_nonces').values({ nonce: 'n', expires_at: new Date() }).execute();
    await first.destroy();
    const second = await openDatabase(url, () => {});
    expect(await second.selectFrom('consumed_nonces').select('nonce').execute()).toEqual([{ nonce: 'n' }]);
    await second.destroy();
  });

  it('rejects with the cause when the server is unreachable', async () => {
    await expect(openDatabase('postgres://x:y@127.0.0.1:1/none', () => {})).rejects.toThrow(/ECONNREFUSED/);
  });

  it('reports a connection cut by the server and serves the next query', async () => {
    const url = await migratedDatabase();
    const lost: Error[] = [];
    const db = await openDatabase(url, (error) => lost.push(error));
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const other = await openDatabase(url, () => {});
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other);
    await expect.poll(() => lost.length).toBe(1);
    expect(await selectOne(db)).toEqual([{ one: 1 }]);
    await Promise.all([db.destroy(), other.destroy()]);
  });

  it('prepares a marked statement once per connection, and other statements each time', async () => {
    const db = await openDatabase(await migratedDatabase(), () => {});
    const { statements, texts } = await db.connection().execute(async (connection) => {
      for (const value of [1, 2, 3]) {
        await sql`${sql.raw(prepared)} select ${value}::int as one`.execute(connection);
        await sql`select ${value}::int as two`.execute(connection);
      }
      const { rows } = await sql<{ statement: string; calls: number }>`
        select statement, (generic_plans + custom_plans)::int as calls from pg_prepared_statements
        where statement <> ''`.execute(connection);
      return { statements: rows.map(({ calls }) => calls), texts: rows.map(({ statement }) => statement) };
    });
    expect(texts).toEqual([`${prepared} select $1::int as one`]);
    expect(statements).toEqual([3]);
    await db.destroy();
  });

  it('recovers from a connection cut during a query', async () => {
    const url = await migratedDatabase();
    const lost: Error[] = [];
    const db = await openDatabase(url, (error) => lost.push(error));
    const other = await openDatabase(url, () => {});
    const slow = sql`select pg_sleep(10)`.execute(db).catch((error: Error) => error);
    const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and query like '%pg_sleep(10)%' and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await cut.execute(other)).rows.length).toBe(1);
    expect(await slow).toBeInstanceOf(Error);
    await expect.poll(() => selectOne(db).catch(() => 'not yet')).toEqual([{ one: 1 }]);
    await Promise.all([db.destroy(), other.destroy()]);
  });
});

describe('unresponsive database', () => {
  it('fails every query within the timeout and recovers on new connections', async () => {
    const proxy = await startSilentProxy(await migratedDatabase());
    const db = await openDatabase(proxy.url, () => {});
    await Promise.all(Array.from({ length: 10 }, () => sql`select pg_sleep(0.2)`.execute(db)));
    proxy.stopForwarding();
    const startedAt = Date.now();
    // Ten connections of the pool, and two queries that wait for one.
    const failed = await Promise.all(Array.from({ length: 12 }, () => getErrorCode(selectOne(db))));
    expect(new Set(failed)).toEqual(new Set(['database-unavailable']));
    // The proxy never closes a connection, so only the timeout of five seconds ends the queries.
    expect(Date.now() - startedAt).toBeLessThan(30_000);
    proxy.forwardNewConnections();
    const again = await Promise.all(Array.from({ length: 12 }, () => getErrorCode(selectOne(db))));
    expect(again).toEqual(Array(12).fill([{ one: 1 }]));
    await db.destroy();
    await proxy.close();
  });

  it('rejects opening with a timeout', async () => {
    const proxy = await startSilentProxy(await migratedDatabase());
    proxy.stopForwarding();
    await expect(openDatabase(proxy.url, () => {})).rejects.toThrow(/timeout/);
    await proxy.close();
  });
});

describe('unavailable database', () => {
  it.each([
    ['an endless statement', 'select pg_sleep(30)'],
    ['a lost connection', 'select pg_terminate_backend(pg_backend_pid())'],
  ])('reports database-unavailable after %s and serves the next query', async (_what, text) => {
    const db = await openDatabase(await migratedDatabase(), () => {});
    expect(await getErrorCode(sql.raw(text).execute(db))).toBe('database-unavailable');
    expect(await selectOne(db)).toEqual([{ one: 1 }]);
    await db.destroy();
  });

  it('does not report database-unavailable for a failed statement and keeps its connection', async () => {
    const db = await openDatabase(await migratedDatabase(), () => {});
    const session = () => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const before = await session();
    expect(await getErrorCode(sql`select 1 / 0`.execute(db))).toMatchObject({ code: '22012' });
    expect((await session()).rows).toEqual(before.rows);
    await db.destroy();
  });
});
