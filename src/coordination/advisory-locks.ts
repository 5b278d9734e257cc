import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { createKeyedMutex, type WithLock } from './keyed-mutex.ts';

/** The maximum wait for another process, ms: a provisioning run takes seconds, a browser waits a minute. */
export const lockTimeoutMs = 30_000;
/** How often a lock is tried, ms. A blocking statement would exceed the statement timeout. */
const retryIntervalMs = 100;

/**
 * Creates locks that all processes on one database share: PostgreSQL advisory locks of the single connection `session`.
 * Waiting and running tasks occupy no further connection. The locks of a killed process are released at once. The
 * returned function throws AppError `database-unavailable` with detail `tenant-busy` after `lockTimeoutMs`.
 */
export function createAdvisoryLocks({ session, now }: { session: Database; now: () => number }): WithLock {
  // A PostgreSQL session can take a lock that it already has, so a mutex separates the tasks of this process.
  const withMutex = createKeyedMutex();

  return (key, task) =>
    withMutex(key, async () => {
      const lockId = sql`hashtextextended(${key}, 0)`;
      const deadline = now() + lockTimeoutMs;
      while (!(await isTrue(sql`pg_try_advisory_lock(${lockId})`))) {
        if (now() >= deadline) throw new AppError('database-unavailable', { detail: 'tenant-busy' });
        await sleep(retryIntervalMs);
      }
      try {
        return await task();
      } finally {
        // If this fails, the session is lost and its locks are released. The result of the task stays valid.
        await isTrue(sql`pg_advisory_unlock(${lockId})`).catch(() => {});
      }
    });

  async function isTrue(condition: RawBuilder<unknown>): Promise<boolean> {
    const { rows } = await sql<{ result: boolean }>`select ${condition} as result`.execute(session);
    return rows[0]?.result === true;
  }
}
