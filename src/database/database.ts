import {
  type ColumnType,
  type Generated,
  Kysely,
  type Migration,
  Migrator,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely';
import { Pool, type PoolConfig } from 'pg';
import { AppError } from '../errors.ts';
import * as initial from './migrations/001-initial.ts';

/** A jsonb column: read as the value, written as its text, since pg would take an array for a PostgreSQL array. */
type Json<T> = ColumnType<T, string, string>;

export interface TenantRow {
  context_identifier: string;
  company_name: string;
  serial: string;
  system_token_encrypted: string;
  consented_by: number;
  consented_at: Date;
  provisioned_at: Date | null;
  provisioned_panels: Json<unknown> | null;
  /** `YYYY-MM-DD`. */
  contract_start: string | null;
  billing_period: string | null;
  status: Generated<'active' | 'suspended' | 'deleting' | 'revoked'>;
  /** What was set up, as a fingerprint of what was wanted. */
  provisioned_fingerprint: string | null;
  next_reconcile_at: Generated<Date>;
  reconcile_failures: Generated<number>;
  /** Why it did not work the last time, as an error code. */
  last_reconcile_error: string | null;
  /** Null while no setting up is under way. */
  setup_started_at: Date | null;
}

export interface WebhookRow {
  context_identifier: string;
  hook_id: string;
  secret_encrypted: string;
  webhook_id: number | null;
  outcome: string | null;
  problem: string | null;
  checked_at: Date | null;
}

export interface CallbackRow {
  /** A bigint, which pg reads as text. */
  id: Generated<string>;
  context_identifier: string;
  event_id: string;
  content: Json<unknown>;
  received_at: Date;
  due_at: Date;
  attempts: Generated<number>;
  processed_at: Date | null;
  dead_lettered_at: Date | null;
  last_error: string | null;
}

export interface AccessRequestRow {
  id: Generated<string>;
  context_identifier: string;
  associate_id: number;
  requested_by: string;
  subject: string;
  reason: string;
  requested_at: Date;
  state: ColumnType<'open' | 'fulfilled' | 'declined', undefined, 'fulfilled' | 'declined'>;
  comment: ColumnType<string, undefined, string>;
  resolved_by: string | null;
  resolved_at: Date | null;
}

export interface TicketRow {
  context_identifier: string;
  ticket_encrypted: string;
  exchanged_at: Date;
}

interface Tables {
  tenants: TenantRow;
  consumed_nonces: { nonce: string; expires_at: Date };
  session_exchange_codes: {
    code_hash: string;
    context_identifier: string;
    challenge: string;
    session: Json<unknown>;
    expires_at: Date;
  };
  access_requests: AccessRequestRow;
  webhooks: WebhookRow;
  callbacks: CallbackRow;
  license_snapshots: {
    context_identifier: string;
    associate_id: number;
    format: number;
    read_at: Date;
    content: Json<unknown>;
  };
  tickets: TicketRow;
  audit_log: {
    id: Generated<string>;
    context_identifier: string;
    associate_id: number | null;
    at: Date;
    content: Json<unknown>;
  };
  /** When the tenant's last ten calls began, the oldest first. */
  rate_limits: { context_identifier: string; recent: Date[] };
  license_changes: {
    id: Generated<string>;
    context_identifier: string;
    /** Null for what the tenant bought. */
    associate_id: number | null;
    detected_at: Date;
    content: Json<unknown>;
  };
  tenant_users: { context_identifier: string; associate_id: number; name: string; user_plan: string };
}

export type Database = Kysely<Tables>;

/** Forward only; a landed migration never changes. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': initial,
};

interface Timeouts {
  /** After it the server ends the statement, ms. */
  readonly statement: number;
  /** After it we no longer wait for the server, ms: a little more, since a server that lives should speak first. */
  readonly query: number;
}

/** No statement of ours takes a second; more than this, and who asked has left or asks again. */
const requestTimeouts: Timeouts = { statement: 4_000, query: 5_000 };
/** A migration may wait for that of another process, and rebuild a table. */
const migrationTimeouts: Timeouts = { statement: 120_000, query: 125_000 };
/** Waiting for a connection of the pool, or a new one of the server, ms. */
const connectTimeoutMs = 5_000;
/** An idle connection is asked for life this often, ms: firewalls forget the silent ones after minutes. */
const keepAliveMs = 10_000;

/**
 * Connects to PostgreSQL and brings its schema up to date; processes starting at once take turns.
 * Queries that find the database away, or get no answer, throw AppError `database-unavailable`.
 * `onConnectionLost` hears of connections that break, in use or not (a server restart): the pool replaces them.
 * @returns the database; `destroy()` closes its connections
 */
export async function openDatabase(url: string, onConnectionLost: (error: Error) => void): Promise<Database> {
  await migrate(openPool(url, migrationTimeouts, onConnectionLost));
  return over(openPool(url, requestTimeouts, onConnectionLost));
}

/** One connection that is never given back, for what lives as long as its session; opened again where it broke. */
export function openAdvisoryLockConnection(url: string, onConnectionLost: (error: Error) => void): Database {
  return over(openPool(url, requestTimeouts, onConnectionLost, { max: 1, idleTimeoutMillis: 0 }));
}

function over(pool: Pool): Database {
  return new Kysely({ dialect: new PostgresDialect({ pool: discardTimedOutClients(pool) }) });
}

async function migrate(pool: Pool): Promise<void> {
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  await db.destroy();
  if (error !== undefined) throw error;
}

function openPool(
  url: string,
  timeouts: Timeouts,
  onConnectionLost: (error: Error) => void,
  size: Pick<PoolConfig, 'max' | 'idleTimeoutMillis'> = { max: 10 },
): Pool {
  const pool = new Pool({
    connectionString: url,
    ...size,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: timeouts.statement,
    query_timeout: timeouts.query,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
  });
  // A connection in use has no listener of the pool's: without one of ours its loss would end the process.
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  pool.on('error', () => {});
  return pool;
}

/**
 * The pool as Kysely needs it. A client that got no answer still waits for it, and pg would hand it to the next one:
 * it is thrown away instead, and what its session held (a lock) with it.
 */
function discardTimedOutClients(pool: Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect().catch(throwAsAppError);
      let away = false;
      const query = (text: string, values: unknown[]) =>
        client.query(text, values).catch((error: unknown) => {
          away ||= isConnectionError(error);
          return throwAsAppError(error);
        });
      // The type knows cursors too, which nobody here opens.
      const queries = query as unknown as PostgresPoolClient['query'];
      return { query: queries, release: () => client.release(away) };
    },
    end: () => pool.end(),
  };
}

function throwAsAppError(error: unknown): never {
  throw isConnectionError(error) ? new AppError('database-unavailable', { cause: error }) : error;
}

/**
 * Node's codes for hosts that cannot be reached; of PostgreSQL: connection exceptions (class 08), a server that goes
 * down or comes up (57P01 to 57P03), a statement out of time (57014), no connection left (53300).
 */
const connectionErrorCodes =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|NOTFOUND|AI_AGAIN)|08...|57P0[123]|57014|53300)$/;
/** What pg says, without a code, of a connection that breaks or takes too long. */
const connectionErrorMessages =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client (has encountered a connection error|was closed) and is not queryable)/;

/** Whether an error of pg means that the database cannot be asked now, rather than that it refused what was asked. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string'
    ? connectionErrorCodes.test(code)
    : connectionErrorMessages.test(error.message);
}
