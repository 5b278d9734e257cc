import type { ClientBase, ClientConfig } from 'pg';
import { authenticationOptions } from './require-auth.ts';

interface Timeouts {
  /** The server cancels a statement after this time, ms. */
  readonly statement: number;
  /** The client stops waiting after this time, ms: slightly later, so that a live server responds first. */
  readonly query: number;
}

/** No statement of a request takes a second; after this time its client has given up or retries. */
export const requestTimeouts: Timeouts = { statement: 4_000, query: 5_000 };
/** A migration may wait for the migration of another process, or rewrite a table. */
export const migrationTimeouts: Timeouts = { statement: 120_000, query: 125_000 };
/** For a free connection of the pool, and for a new connection to the server, ms. */
const connectTimeoutMs = 5_000;
/** TCP keep-alive interval of idle connections, ms: firewalls drop idle connections after minutes. */
const keepAliveMs = 10_000;

/** The options of a connection to `url`; complete it with `setTimeouts` once it is open. */
export function connectionOptions(url: string, timeouts: Timeouts): ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: timeouts.query,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    ...authenticationOptions(url),
  };
}

/**
 * Sets the timeouts of a new connection on the server: a pooler such as PgBouncer refuses them as startup parameters. The
 * server closes a connection whose client no longer responds within half a minute, and releases its locks.
 */
export async function setTimeouts(client: ClientBase, { statement }: Timeouts): Promise<void> {
  await client.query(
    `select set_config('statement_timeout', $1, false), set_config('tcp_keepalives_idle', '10', false),
            set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`,
    [String(statement)],
  );
}
