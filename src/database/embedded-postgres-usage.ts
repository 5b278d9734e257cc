import { Client, DatabaseError } from 'pg';
import { authenticationOptions } from './require-auth.ts';

/** The server is on this machine: no response in this time means that no server runs, ms. */
const responseTimeoutMs = 5_000;
/** The advisory lock that each process using the server holds in shared mode; the number is arbitrary. */
const usageLockId = 8_101_808;

/**
 * Connects to the PostgreSQL at `url`.
 * @returns `changing` while it starts or shuts down; null when nothing responds, the responder is not a PostgreSQL, or it
 *   is another one, which rejects the password
 */
export async function connectToServer(url: string): Promise<Client | 'changing' | null> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: responseTimeoutMs,
    query_timeout: responseTimeoutMs,
    ...authenticationOptions(url),
  });
  // Without a listener a lost connection would end the process; the next query reports it.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Class 28: invalid authorization.
    if (!(error instanceof DatabaseError) || error.code?.startsWith('28')) return null;
    // 57P01 to 57P03: the server shuts down, recovers from a crash, or is not ready yet.
    if (error.code?.startsWith('57P0')) return 'changing';
    throw error;
  }
}

/** Registers this process as a user of the server until the session ends. False while the last user stops the server. */
export async function acquireUsage(session: Client): Promise<boolean> {
  return queryBoolean(session, `pg_try_advisory_lock_shared(${usageLockId})`);
}

/** Unregisters this process and ends the session. Does not fail when the session is already lost. */
export async function releaseUsage(session: Client): Promise<void> {
  await queryBoolean(session, `pg_advisory_unlock_shared(${usageLockId})`);
  await session.end();
}

/** Whether no process uses the server. If so, none can register before this session ends. */
export function isIdle(session: Client): Promise<boolean> {
  return queryBoolean(session, `pg_try_advisory_lock(${usageLockId})`);
}

/** False also for a lost session: it has no lock any more, and the server is being stopped. */
async function queryBoolean(session: Client, expression: string): Promise<boolean> {
  const result = await session.query<{ value: boolean }>(`select ${expression} as value`).catch(() => null);
  return result?.rows[0]?.value === true;
}
