import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAdvisoryLocks, lockTimeoutMs } from '../../../src/coordination/advisory-locks.ts';
import type { WithLock } from '../../../src/coordination/keyed-mutex.ts';
import { type Database, openAdvisoryLockConnection, openDatabase } from '../../../src/database/database.ts';
import { migratedDatabase } from '../../support/database.ts';

describe('createAdvisoryLocks', () => {
  let session: Database;
  let otherSession: Database;
  let locks: WithLock;
  let now = Date.parse('2026-11-22T10:00:00Z');

  beforeAll(async () => {
    const url = await migratedDatabase();
    await (await openDatabase(url, () => {})).destroy();
    session = openAdvisoryLockConnection(url, () => {});
    otherSession = openAdvisoryLockConnection(url, () => {});
    locks = createAdvisoryLocks({ session, now: () => now });
  });
  afterAll(() => Promise.all([session.destroy(), otherSession.destroy()]));

  it('runs one task per key at a time and tasks of other keys in parallel', async () => {
    const events: string[] = [];
    const task = (name: string, until: Promise<unknown>) => async () => {
      events.push(`${name} starts`);
      await until;
      events.push(`${name} ends`);
    };
    let finishFirst = (_: unknown) => {};
    const first = locks('Cust1', task('first', new Promise((resolve) => (finishFirst = resolve))));
    await expect.poll(() => events).toContain('first starts');
    const second = locks('Cust1', task('second', Promise.resolve()));
    await locks('Cust2', task('other key', Promise.resolve()));
    expect(events).toEqual(['first starts', 'other key starts', 'other key ends']);
    finishFirst(null);
    await Promise.all([first, second]);
    expect(events.slice(3)).toEqual(['first ends', 'second starts', 'second ends']);
  });

  it('runs a task of a free key while many tasks wait', async () => {
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
    let otherTask: Promise<void>;

    beforeEach(async () => {
      otherLocks = createAdvisoryLocks({ session: otherSession, now: () => now });
      await new Promise<void>((started) => {
        otherTask = otherLocks('Cust1', () => {
          started();
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        });
      });
    });

    it('waits longer than the statement timeout', async () => {
      setTimeout(() => finish(), 6_000);
      expect(await locks('Cust1', async () => 'done')).toBe('done');
      await otherTask;
    });

    it('times out with a detail and occupies neither the lock nor a connection', async () => {
      const waiting = locks('Cust1', async () => 'done').catch((error: unknown) => error);
      expect(await locks('Cust2', async () => 'free')).toBe('free');
      now += lockTimeoutMs;
      expect(await waiting).toMatchObject({ code: 'database-unavailable', detail: 'tenant-busy' });
      finish();
      await otherTask;
      expect(await locks('Cust1', async () => 'done')).toBe('done');
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
    const otherLocks = createAdvisoryLocks({ session: otherSession, now: () => now });
    const events: string[] = [];
    const first = locks('Cust3', async () => {
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      events.push('first ends');
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await otherLocks('Cust3', async () => void events.push('second starts'));
    await first;
    expect(events).toEqual(['first ends', 'second starts']);
  });

  it('returns the result of a task and releases its lock when the connection is lost', async () => {
    const cutConnection = () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`.execute(otherSession);
    const result = await locks('Cust4', async () => {
      await cutConnection();
      return 'done';
    });
    expect(result).toBe('done');
    expect(
      await createAdvisoryLocks({ session: otherSession, now: () => now })('Cust4', async () => 'free'),
    ).toBe('free');
    expect(await locks('Cust4', async () => 'again')).toBe('again');
  });
});
