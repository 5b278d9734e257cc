import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { type Database, isConnectionError, openDatabase } from '../../../src/database/database.ts';
import { AppError } from '../../../src/errors.ts';
import { emptyDatabase } from '../../support/database.ts';
import { startSilentProxy } from '../../support/silent-proxy.ts';

const one = (db: Database) => sql<{ one: number }>`select 1 as one`.execute(db).then(({ rows }) => rows);
/** The code a failure is answered with, or what came instead. */
const codeOf = (work: Promise<unknown>) =>
  work.catch((error: unknown) => (error instanceof AppError ? error.code : error));

describe('openDatabase', () => {
  it('applies each migration once when several processes start concurrently', async () => {
    const url = await emptyDatabase();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(url, () => {})));
    const [db] = opened;
    const applied = await sql<{ name: string }>`select name from kysely_migration`.execute(db as never);
    expect(applied.rows.map((row) => row.name)).toEqual([
      '001-tenants-and-snapshots',
      '002-hand-over-wishes-contract',
      '003-lifecycle',
      '004-in-step',
      '005-audit-log',
    ]);
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

  it('recovers from a connection cut during a query', async () => {
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

describe('unresponsive database', () => {
  it('fails every query within the timeout and recovers on new connections', async () => {
    const proxy = await startSilentProxy(await emptyDatabase());
    const db = await openDatabase(proxy.url, () => {});
    await Promise.all(Array.from({ length: 10 }, () => sql`select pg_sleep(0.2)`.execute(db)));
    proxy.fallSilent();
    const asked = Date.now();
    // As many as the pool has connections, and some that wait for one.
    const failed = await Promise.all(Array.from({ length: 12 }, () => codeOf(one(db))));
    expect(new Set(failed)).toEqual(new Set(['database-unavailable']));
    expect(Date.now() - asked).toBeLessThan(7_000);
    proxy.speakAgain();
    const again = await Promise.all(Array.from({ length: 12 }, () => codeOf(one(db))));
    expect(again).toEqual(Array(12).fill([{ one: 1 }]));
    await db.destroy();
    await proxy.close();
  });

  it('rejects opening with a timeout', async () => {
    const proxy = await startSilentProxy(await emptyDatabase());
    proxy.fallSilent();
    await expect(openDatabase(proxy.url, () => {})).rejects.toThrow(/timeout/);
    await proxy.close();
  });
});

describe('unavailable database', () => {
  it.each([
    ['a statement without end', 'select pg_sleep(30)'],
    ['a connection cut', 'select pg_terminate_backend(pg_backend_pid())'],
  ])('reports database-unavailable after %s and serves the next query', async (_what, text) => {
    const db = await openDatabase(await emptyDatabase(), () => {});
    expect(await codeOf(sql.raw(text).execute(db))).toBe('database-unavailable');
    expect(await one(db)).toEqual([{ one: 1 }]);
    await db.destroy();
  });

  it('does not report database-unavailable for a failed statement and keeps its connection', async () => {
    const db = await openDatabase(await emptyDatabase(), () => {});
    const session = () => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const before = await session();
    expect(await codeOf(sql`select 1 / 0`.execute(db))).toMatchObject({ code: '22012' });
    expect((await session()).rows).toEqual(before.rows);
    await db.destroy();
  });
});

describe('isConnectionError', () => {
  const coded = (code: string) => Object.assign(new Error('some text'), { code });

  it.each(
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENOTFOUND EAI_AGAIN 08001 08006 57P01 57P02 57P03 57014 53300'.split(
      ' ',
    ),
  )('returns true for the code %s', (code) => {
    expect(isConnectionError(coded(code))).toBe(true);
  });

  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout expired',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])('returns true for the pg message %s', (message) => {
    expect(isConnectionError(new Error(message))).toBe(true);
  });

  it.each(['23505', '22012', '42P01', '28P01', '40001', '57P04', 'ENOENT'])(
    'returns false for the code %s',
    (code) => {
      expect(isConnectionError(coded(code))).toBe(false);
      expect(isConnectionError(Object.assign(new Error('Connection terminated'), { code }))).toBe(false);
    },
  );

  it('returns false for unrelated errors and for values that are not errors', () => {
    expect(isConnectionError(new Error('the Query read timeout'))).toBe(false);
    expect(isConnectionError({ code: 'ECONNREFUSED' })).toBe(false);
    expect(isConnectionError(undefined)).toBe(false);
  });
});
