import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { DatabaseSession } from '../database/database-session.ts';
import { AppError } from '../errors.ts';
import { createKeyedMutex } from './keyed-mutex.ts';
import { createLockSessions } from './lock-sessions.ts';

/** A lock that the running task holds. */
export interface Lock {
  /**
   * Runs `work` in a transaction of the session that holds the lock. PostgreSQL keeps the lock until the transaction has
   * ended, so another holder never overlaps with it.
   * @throws AppError `database-unavailable` when the lock is lost; then nothing is written
   */
  transaction<T>(work: (transaction: Database) => Promise<T>): Promise<T>;
}

/**
 * Runs `task` while no other task of any process runs under the same key. The result is that of the task.
 * @throws AppError `database-unavailable` with detail `tenant-busy` after `lockTimeoutMs`
 */
export type WithFencedLock = <T>(key: string, task: (lock: Lock) => Promise<T>) => Promise<T>;

/** Locks by name that all processes on one database share. */
export interface AdvisoryLocks {
  readonly withLock: WithFencedLock;
  /** Ends the sessions of the locks. */
  close(): Promise<void>;
}

/** The maximum wait for another process, ms: a provisioning run takes seconds, a browser waits a minute. */
export const lockTimeoutMs = 30_000;
/** How often a lock is tried, ms. A blocking statement would exceed the statement timeout. */
const retryIntervalMs = 100;

/**
 * Creates locks from PostgreSQL's advisory locks, which are released at once when their process is killed. A task whose
 * lock is lost can no longer write under it; a lock that cannot be released ends its session.
 * @param deps.now ms since 1970
 */
export function createAdvisoryLocks(deps: {
  openSession: () => Promise<DatabaseSession>;
  now: () => number;
}): AdvisoryLocks {
  const { openSession, now } = deps;
  const sessions = createLockSessions(openSession);
  // A PostgreSQL session can take a lock that it already has, so a mutex separates the tasks of this process.
  const withMutex = createKeyedMutex();

  async function acquire(key: string): Promise<DatabaseSession> {
    const deadline = now() + lockTimeoutMs;
    for (;;) {
      const session = await sessions.leastBusy();
      if (await tryAcquire(session, key)) return session;
      if (now() >= deadline) throw new AppError('database-unavailable', { detail: 'tenant-busy' });
      await sleep(retryIntervalMs);
    }
  }

  return {
    withLock: (key, task) =>
      withMutex(key, async () => {
        const session = await acquire(key);
        let isHeld = true;
        try {
          return await task({
            async transaction(work) {
              if (!isHeld) throw new AppError('database-unavailable', { detail: 'lock-released' });
              return session.db.transaction().execute(work);
            },
          });
        } finally {
          isHeld = false;
          await release(session, key);
        }
      }),
    close: () => sessions.close(),
  };
}

/** A statement that fails may have taken the lock all the same. */
async function tryAcquire(session: DatabaseSession, key: string): Promise<boolean> {
  try {
    return await isTrue(session, sql`pg_try_advisory_lock(${toLockId(key)})`);
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** The end of the session releases a lock that cannot be released otherwise. The result of the task stays valid. */
async function release(session: DatabaseSession, key: string): Promise<void> {
  if (session.hasEnded()) return;
  await isTrue(session, sql`pg_advisory_unlock(${toLockId(key)})`).catch(() => session.end());
}

async function isTrue({ db }: DatabaseSession, condition: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql<{ result: boolean }>`select ${condition} as result`.execute(db);
  return rows[0]?.result === true;
}

function toLockId(key: string): RawBuilder<unknown> {
  return sql`hashtextextended(${key}, 0)`;
}
