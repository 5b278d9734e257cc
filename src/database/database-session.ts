import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { Client, DatabaseError } from 'pg';
import { AppError } from '../errors.ts';
import { isConnectionError, throwAsAppError } from './connection-errors.ts';
import { connectionOptions, requestTimeouts, setTimeouts } from './connection-options.ts';
import type { Database } from './database.ts';

/**
 * A connection that is never replaced: whatever its session holds, such as advisory locks, it holds for as long as `db`
 * works.
 */
export interface DatabaseSession {
  /** Queries and transactions run one after the other. They throw AppError `database-unavailable` after the end. */
  readonly db: Database;
  /** The number of queries and transactions that run or wait. */
  pending(): number;
  hasEnded(): boolean;
  /** Ends the session without waiting for what is pending, which fails. */
  end(): Promise<void>;
}

/** A silent server never confirms the end of a connection, ms. */
const endTimeoutMs = 500;

/**
 * Opens a session in the database at `url`.
 * @param onConnectionLost receives the error when the connection breaks
 * @throws AppError `database-unavailable` when the database cannot be reached
 */
export async function openDatabaseSession(
  url: string,
  onConnectionLost: (error: Error) => void,
): Promise<DatabaseSession> {
  const client = new Client(connectionOptions(url, requestTimeouts));
  let hasEnded = false;
  const endNow = () => {
    hasEnded = true;
    return Promise.race([client.end().catch(() => {}), sleep(endTimeoutMs)]);
  };
  client.on('end', () => (hasEnded = true));
  client.on('error', (error) => {
    if (!hasEnded) onConnectionLost(error);
    hasEnded = true;
  });
  try {
    await client.connect();
    await setTimeouts(client, requestTimeouts);
  } catch (error) {
    await endNow();
    throwAsAppError(error);
  }

  const turns = createTurns();
  async function query(text: string, values: unknown[]): Promise<unknown> {
    if (hasEnded) throw new AppError('database-unavailable', { detail: 'session-ended' });
    return client.query(text, values).catch((error: unknown) => {
      if (isConnectionError(error) && !leavesSessionUsable(error)) void endNow();
      return throwAsAppError(error);
    });
  }
  return {
    db: new Kysely({ dialect: new PostgresDialect({ pool: toPool(turns, query) }) }),
    pending: turns.pending,
    hasEnded: () => hasEnded,
    end: endNow,
  };
}

/** The server cancelled the statement (57014) or was short of a resource (class 53): other locks of the session hold. */
function leavesSessionUsable(error: unknown): boolean {
  return error instanceof DatabaseError && /^(57014|53...)$/.test(error.code ?? '');
}

interface Turns {
  /** Resolves when all earlier turns have ended, to a function that ends this one. */
  take(): Promise<() => void>;
  pending(): number;
}

function createTurns(): Turns {
  let last = Promise.resolve();
  let pending = 0;
  return {
    pending: () => pending,
    async take() {
      const previous = last;
      let end = () => {};
      last = new Promise((resolve) => {
        end = resolve;
      });
      pending += 1;
      await previous;
      return () => {
        pending -= 1;
        end();
      };
    },
  };
}

/** A pool of this one connection for Kysely: a transaction keeps it until it ends. */
function toPool(turns: Turns, query: (text: string, values: unknown[]) => Promise<unknown>): PostgresPool {
  return {
    async connect() {
      const release = await turns.take();
      // The type also covers cursors, which this project does not use here.
      return { query: query as unknown as PostgresPoolClient['query'], release };
    },
    end: async () => {},
    options: {},
  };
}
