import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';
import { connectionOptions, requestTimeouts } from './connection-options.ts';
import { DatabaseSetupError } from './setup-error.ts';

/** A notification takes milliseconds, ms. */
const notificationTimeoutMs = 5_000;

/**
 * Checks that a connection to `url` keeps its session: it listens, and must hear a notification that `db` sends over another
 * connection. A pooler that gives a connection another session for each transaction would lose notifications and locks.
 * @param openingDb the database at `url`, which may still be opening
 * @throws DatabaseSetupError when the notification is not received
 */
export async function assertSessionPooling<T>(
  url: string,
  openingDb: Kysely<T> | Promise<Kysely<T>>,
  timeoutMs: number = notificationTimeoutMs,
): Promise<void> {
  const channel = `planlens_session_${randomUUID().replaceAll('-', '')}`;
  const client = new Client(connectionOptions(url, requestTimeouts));
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(`listen ${channel}`);
    const heard = new Promise<boolean>((resolve) => {
      client.on('notification', (notification) => resolve(notification.channel === channel));
    });
    await sql`select pg_notify(${channel}, '')`.execute(await openingDb);
    if (await Promise.race([heard, sleep(timeoutMs, false)])) return;
  } finally {
    await client.end().catch(() => {});
  }
  throw new DatabaseSetupError(
    'DATABASE_URL leads to a pooler that shares a connection between transactions: Planlens received no notification, ' +
      'and could not hold locks. Let the pooler pool sessions (pool_mode = session in PgBouncer), or connect to PostgreSQL ' +
      'directly.',
  );
}
