import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAdvisoryLocks, lockTimeoutMs } from '../../../src/coordination/advisory-locks.ts';
import type { WithLock } from '../../../src/coordination/keyed-mutex.ts';
import { type Database, openAdvisoryLockConnection, openDatabase } from '../../../src/database/database.ts';
import { emptyDatabase } from '../../support/database.ts';

describe('createAdvisoryLocks', () => {
  let session: Database;
  let otherSession: Database;
  let locks: WithLock;
  let now = Date.parse('2026-11-22T10:00:00Z');

  beforeAll(async () => {
    const url = await emptyDatabase();
    await (await openDatabase(url, () => {})).destroy();
    session = openAdvisoryLockConnection(url, () => {});
    otherSession = openAdvisoryLockConnection(url, () => {});
    locks = createAdvisoryLocks({ session, now: () => now });
  });
  afterAll(() => Promise.all([session.destroy(), otherSession.destroy()]));

  it('runs one task per name at a time and tasks of other names in parallel', async () => {
    const events: string[] = [];
    const work = (name: string, until: Promise<unknown>) => async () => {
      events.push(`${name} begins`);
      await until;
      events.push(`${name} ends`);
    };
    let endFirst = (_: unknown) => {};
    const first = locks('Cust1', work('first', new Promise((resolve) => (endFirst = resolve))));
    await expect.poll(() => events).toContain('first begins');
    const second = locks('Cust1', work('second', Promise.resolve()));
    await locks('Cust2', work('other name', Promise.resolve()));
    expect(events).toEqual(['first begins', 'other name begins', 'other name ends']);
    endFirst(null);
    await Promise.all([first, second]);
    expect(events.slice(3)).toEqual(['first ends', 'second begins', 'second ends']);
  });

  it('runs a task of a free name while many tasks wait', async () => {
    let finish = () => {};
    const until = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const waiting = Array.from({ length: 20 }, (_, index) => locks(`Cust${index % 8}`, () => until));
    expect(await locks('Cust99', async () => 'free')).toBe('free');
    finish();
    await Promise.all(waiting);
  });

  describe('when another process has the lock', () => {
    let otherLocks: WithLock;
    let finish: () => void;
    let theirs: Promise<void>;

    beforeEach(async () => {
      otherLocks = createAdvisoryLocks({ session: otherSession, now: () => now });
      await new Promise<void>((begun) => {
        theirs = otherLocks('Cust1', () => {
          begun();
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        });
      });
    });

    it('waits longer than the statement timeout', async () => {
      setTimeout(() => finish(), 6_000);
      expect(await locks('Cust1', async () => 'my turn')).toBe('my turn');
      await theirs;
    });

    it('times out with a reason and keeps neither the lock nor a connection', async () => {
      const waiting = locks('Cust1', async () => 'my turn').catch((error: unknown) => error);
      expect(await locks('Cust2', async () => 'free')).toBe('free');
      now += lockTimeoutMs;
      expect(await waiting).toMatchObject({ code: 'database-unavailable', detail: 'tenant-busy' });
      finish();
      await theirs;
      expect(await locks('Cust1', async () => 'my turn')).toBe('my turn');
    });
  });

  it('releases the lock when the task fails', async () => {
    await expect(
      locks('Cust1', async () => {
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    expect(await locks('Cust1', async () => 'free')).toBe('free');
  });

  it('keeps the lock beyond the idle timeout of the connection pool', async () => {
    const others = createAdvisoryLocks({ session: otherSession, now: () => now });
    const events: string[] = [];
    const first = locks('Cust3', async () => {
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      events.push('first ends');
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await others('Cust3', async () => void events.push('second begins'));
    await first;
    expect(events).toEqual(['first ends', 'second begins']);
  });

  it('returns the result of a task and releases its lock when the connection is lost', async () => {
    const cut = () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`.execute(otherSession);
    const done = await locks('Cust4', async () => {
      await cut();
      return 'done';
    });
    expect(done).toBe('done');
    expect(
      await createAdvisoryLocks({ session: otherSession, now: () => now })('Cust4', async () => 'free'),
    ).toBe('free');
    expect(await locks('Cust4', async () => 'again')).toBe('again');
  });
});
