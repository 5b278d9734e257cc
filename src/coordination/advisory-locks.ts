import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { createKeyedMutex, type WithLock } from './keyed-mutex.ts';

/** How long to wait for another process, ms: an installation takes seconds, a browser waits a minute. */
export const lockTimeoutMs = 30_000;
/** How often a lock is asked for, ms. Asked for, not waited for: the server would end a statement that waits. */
const retryIntervalMs = 100;

/**
 * Locks that all processes on one database share, by name: PostgreSQL's advisory locks, all held by `session`, which has
 * one connection and never gives it back. Whoever waits or works costs no connection; those of a killed process are free
 * at once. Who had to wait too long gets AppError `database-unavailable` with the detail `tenant-busy`.
 */
export function createAdvisoryLocks({ session, now }: { session: Database; now: () => number }): WithLock {
  // The session holds a lock as often as it asks for it: within the process turns keep works apart.
  const withLock = createKeyedMutex();

  return (name, work) =>
    withLock(name, async () => {
      const key = sql`hashtextextended(${name}, 0)`;
      const giveUpAt = now() + lockTimeoutMs;
      while (!(await isTrue(sql`pg_try_advisory_lock(${key})`))) {
        if (now() >= giveUpAt) throw new AppError('database-unavailable', { detail: 'tenant-busy' });
        await sleep(retryIntervalMs);
      }
      try {
        return await work();
      } finally {
        // Where that fails the session is lost or thrown away, and the lock with it: what was done is done.
        await isTrue(sql`pg_advisory_unlock(${key})`).catch(() => {});
      }
    });

  async function isTrue(condition: RawBuilder<unknown>): Promise<boolean> {
    const { rows } = await sql<{ yes: boolean }>`select ${condition} as yes`.execute(session);
    return rows[0]?.yes === true;
  }
}
