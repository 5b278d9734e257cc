import { Client, DatabaseError } from 'pg';

/** A private PostgreSQL is on this machine: who says nothing for so long is none, ms. */
const answerMs = 5_000;
/** Each process that uses the server holds this lock together with the others; the number is anyone's. */
const usageLock = 8_101_808;

/**
 * A session with the PostgreSQL at `url`.
 * @returns `changing` where it comes up or goes down; null where nobody answers, or somebody who is no PostgreSQL
 *   or another one, which knows our account not by this password
 */
export async function openSession(url: string): Promise<Client | 'changing' | null> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  });
  // Its loss shows when it is used; with nobody listening it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code?.startsWith('28')) return null;
    // 57P01 to 57P03: it ends us, ends after a crash, or does not take anybody yet.
    if (error.code?.startsWith('57P0')) return 'changing';
    throw error;
  }
}

/** Counts this session's process among the server's users, until the session ends. False where its last user stops it. */
export async function acquireUsage(session: Client): Promise<boolean> {
  return queryBoolean(session, `pg_try_advisory_lock_shared(${usageLock})`);
}

/** The process is no longer a user; a session that is lost holds nothing anyway. */
export async function releaseUsage(session: Client): Promise<void> {
  await queryBoolean(session, `pg_advisory_unlock_shared(${usageLock})`);
  await session.end();
}

/** Whether no process uses the server; then none becomes its user before this session ends. */
export function isIdle(session: Client): Promise<boolean> {
  return queryBoolean(session, `pg_try_advisory_lock(${usageLock})`);
}

/** No, too, where the session is lost: it holds nothing any more, and whoever ended it is stopping the server. */
async function queryBoolean(session: Client, what: string): Promise<boolean> {
  const answer = await session.query<{ yes: boolean }>(`select ${what} as yes`).catch(() => null);
  return answer?.rows[0]?.yes === true;
}
