import { sql } from 'kysely';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AdvisoryLocks,
  createAdvisoryLocks,
  lockTimeoutMs,
} from '../../../src/coordination/advisory-locks.ts';
import { openDatabaseSession } from '../../../src/database/database-session.ts';
import { AppError } from '../../../src/errors.ts';
import { migratedDatabase, runQuery } from '../../support/database.ts';

/** The server is shared with other tests. */
const inDatabase = `from pg_locks join pg_database on pg_database.oid = pg_locks.database
                    where locktype = 'advisory' and datname = current_database()`;

/** A promise to wait for, and the function that resolves it. */
function createSignal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('createAdvisoryLocks', () => {
  let url: string;
  let now: number;
  let locks: AdvisoryLocks;
  /** The locks of another process. */
  let others: AdvisoryLocks;

  const createLocks = (databaseUrl: string) =>
    createAdvisoryLocks({ openSession: () => openDatabaseSession(databaseUrl, () => {}), now: () => now });
  /** The server processes that hold an advisory lock, one for each lock. */
  const heldLocks = () => runQuery(url, `select pid ${inDatabase} and granted`);

  beforeAll(async () => {
    url = await migratedDatabase();
  });
  beforeEach(() => {
    now = Date.parse('2026-11-22T10:00:00Z');
    locks = createLocks(url);
    others = createLocks(url);
  });
  afterEach(() => Promise.all([locks.close(), others.close()]));

  it('runs one task per key at a time and tasks of other keys in parallel', async () => {
    const events: string[] = [];
    const finish = createSignal();
    const first = locks.withLock('Cust1', async () => {
      events.push('first starts');
      await finish.promise;
      events.push('first ends');
    });
    await expect.poll(() => events).toEqual(['first starts']);
    const second = locks.withLock('Cust1', async () => void events.push('second runs'));
    await locks.withLock('Cust2', async () => void events.push('other key runs'));
    finish.resolve();
    await Promise.all([first, second]);
    expect(events).toEqual(['first starts', 'other key runs', 'first ends', 'second runs']);
  });

  it('runs a task of a free key while many tasks wait', async () => {
    const finish = createSignal();
    const waiting = Array.from({ length: 20 }, (_each, index) =>
      locks.withLock(`Cust${index % 8}`, () => finish.promise),
    );
    expect(await locks.withLock('Cust99', async () => 'free')).toBe('free');
    finish.resolve();
    await Promise.all(waiting);
  });

  it('holds every lock over at most four connections and releases all of them', async () => {
    const finish = createSignal();
    const tasks = Array.from({ length: 200 }, (_each, index) =>
      locks.withLock(`Cust${index}`, () => finish.promise),
    );
    await expect.poll(async () => (await heldLocks()).length).toBe(200);
    expect(new Set((await heldLocks()).map(({ pid }) => pid)).size).toBeLessThanOrEqual(4);
    finish.resolve();
    await Promise.all(tasks);
    expect(await heldLocks()).toEqual([]);
  });

  it('takes and releases other locks while a transaction under one of them is slow', async () => {
    const started = createSignal();
    const finish = createSignal();
    const slow = locks.withLock('slow', (lock) =>
      lock.transaction(() => {
        started.resolve();
        return finish.promise;
      }),
    );
    await started.promise;
    for (let index = 0; index < 20; index += 1) await locks.withLock(`Cust${index}`, async () => {});
    finish.resolve();
    await slow;
  });

  it('releases the lock when the task fails', async () => {
    const failed = locks.withLock('Cust1', () => Promise.reject(new Error('refused')));
    await expect(failed).rejects.toThrow('refused');
    expect(await others.withLock('Cust1', async () => 'free')).toBe('free');
  });

  it('times out with a detail while another process has the lock', async () => {
    const finish = createSignal();
    const started = createSignal();
    const otherTask = others.withLock('Cust1', () => {
      started.resolve();
      return finish.promise;
    });
    await started.promise;
    const waiting = locks.withLock('Cust1', async () => 'done').catch((error: unknown) => error);
    expect(await locks.withLock('Cust2', async () => 'free')).toBe('free');
    now += lockTimeoutMs;
    expect(await waiting).toMatchObject({ code: 'database-unavailable', detail: 'tenant-busy' });
    finish.resolve();
    await otherTask;
    expect(await locks.withLock('Cust1', async () => 'done')).toBe('done');
  });

  it('refuses a transaction after the task has ended', async () => {
    const lock = await locks.withLock('Cust1', async (held) => held);
    await expect(lock.transaction(async () => 'late')).rejects.toThrow(AppError);
  });

  it('rolls back a transaction that fails and keeps the lock', async () => {
    await locks.withLock('Cust1', async (lock) => {
      const failing = lock.transaction(async (transaction) => {
        await transaction
          .insertInto('consumed_nonces')
          .values({ nonce: 'n', expires_at: new Date() })
          .execute();
        throw new Error('refused');
      });
      await expect(failing).rejects.toThrow('refused');
      expect(await heldLocks()).toHaveLength(1);
      expect(await lock.transaction(async () => 'done')).toBe('done');
    });
    expect(await runQuery(url, 'select nonce from consumed_nonces')).toEqual([]);
  });

  it('keeps the other locks of a session whose statement is cancelled', async () => {
    const slow = locks.withLock('Cust1', (lock) =>
      lock.transaction(async (transaction) => {
        await sql`set local statement_timeout = 10`.execute(transaction);
        await sql`select pg_sleep(10)`.execute(transaction);
      }),
    );
    await expect(slow).rejects.toMatchObject({ code: 'database-unavailable' });
    expect(await heldLocks()).toEqual([]);
    expect(await locks.withLock('Cust1', (lock) => lock.transaction(async () => 'done'))).toBe('done');
  });

  it('returns the result of a task whose connection is lost, and opens another one', async () => {
    const result = await locks.withLock('Cust4', async () => {
      await runQuery(url, `select pg_terminate_backend(pid) ${inDatabase}`);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await others.withLock('Cust4', async () => 'free')).toBe('free');
    expect(await locks.withLock('Cust4', async () => 'again')).toBe('again');
  });

  it('ends the session of a lock that cannot be released', async () => {
    let isFailing = false;
    const failing = createAdvisoryLocks({
      async openSession() {
        const session = await openDatabaseSession(url, () => {});
        const getDb = () => {
          if (isFailing) throw new AppError('database-unavailable');
          return session.db;
        };
        return Object.defineProperty({ ...session }, 'db', { get: getDb });
      },
      now: () => now,
    });
    const result = await failing.withLock('Cust5', async () => {
      isFailing = true;
      return 'done';
    });
    expect(result).toBe('done');
    await expect.poll(heldLocks).toEqual([]);
    isFailing = false;
    expect(await failing.withLock('Cust5', async () => 'again')).toBe('again');
    await failing.close();
  });
});
