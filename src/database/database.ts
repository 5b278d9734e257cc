import {
  type ColumnType,
  type Generated,
  type GeneratedAlways,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  sql,
} from 'kysely';
import { Pool } from 'pg';
import { isConnectionError, throwAsAppError } from './connection-errors.ts';
import { connectionOptions, migrationTimeouts, requestTimeouts, setTimeouts } from './connection-options.ts';
import { isMigrated, migrate } from './migrate.ts';
import { createStatementNames } from './prepared.ts';

/** A jsonb column: read as a value, written as JSON text, because pg would convert an array to a PostgreSQL array. */
type Json<T> = ColumnType<T, string, string>;

/** A row of `tenants`. */
export interface TenantRow {
  context_identifier: string;
  company_name: string;
  serial: string;
  system_token_encrypted: string;
  consented_by: number;
  consented_at: Date;
  provisioned_at: Date | null;
  provisioned_panels: Json<unknown> | null;
  /** `YYYY-MM-DD`, without a time zone. */
  contract_start: string | null;
  billing_period: string | null;
  status: Generated<'active' | 'suspended' | 'deleting' | 'revoked'>;
  /** The fingerprint of the desired state that was provisioned. */
  provisioned_fingerprint: string | null;
  next_reconcile_at: Generated<Date>;
  reconcile_failures: Generated<number>;
  /** The error code of the last failed reconciliation. */
  last_reconcile_error: string | null;
  /** Null unless provisioning is in progress. */
  setup_started_at: Date | null;
  /** When SuperOffice first reported the tenant as deleted; null since any other state. */
  deleted_reported_at: Date | null;
  /** When SuperOffice announced the deletion; null since any other state. */
  delete_announced_at: Date | null;
  /** Since when the tenant is revoked, being deleted or unknown to SuperOffice. */
  leaving_since: Date | null;
  /** When the deletion was proved: from then on the row is a tombstone. */
  deleted_at: Date | null;
  /** When the list in `tenant_users` was read. */
  users_read_at: Date | null;
}

/** A row of `webhooks`. */
export interface WebhookRow {
  context_identifier: string;
  hook_id: string;
  secret_encrypted: string;
  webhook_id: number | null;
  outcome: string | null;
  problem: string | null;
  checked_at: Date | null;
  consecutive_errors: number | null;
}

/** A row of `callbacks`. */
interface CallbackRow {
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

/** A row of `access_requests`. */
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
  /** Null for a request that an earlier version resolved. */
  resolved_by_id: number | null;
  resolved_at: Date | null;
}

/** A row of `tickets`. */
export interface TicketRow {
  context_identifier: string;
  ticket_encrypted: string;
  exchanged_at: Date;
}

/** A row of `tenant_users`: an active user, or one who has left and still holds a plan. */
interface TenantUserRow {
  context_identifier: string;
  associate_id: number;
  name: string;
  user_plan: string;
  can_log_in: Generated<boolean | null>;
  retired: Generated<boolean>;
  waiting_for_approval: Generated<boolean | null>;
  /** When a list first had the user as waiting. */
  waiting_since: Generated<Date | null>;
  /** Whether SuperOffice reports logins; then a missing `last_login_at` means that the user has never logged in. */
  login_reported: Generated<boolean>;
  last_login_at: Generated<Date | null>;
  /** When a list first had the user. */
  listed_since: Generated<Date>;
  /** When a list first had the plan; null if the first one did. */
  plan_since: Generated<Date | null>;
  /** The name as search compares it and lists order it. */
  folded_name: GeneratedAlways<string>;
}

/** A row of `api_keys`. */
export interface ApiKeyRow {
  id: string;
  context_identifier: string;
  key_hash: string;
  ending: string;
  kind: string;
  name: string;
  scopes: string[];
  origins: string[];
  /** Null once the administrator is erased. */
  created_by_id: number | null;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: ColumnType<Date | null, undefined, Date>;
  last_used_at: ColumnType<Date | null, undefined, Date>;
  /** A bigint, which pg reads as text. */
  uses: ColumnType<string, undefined, never>;
}

interface Tables {
  api_keys: ApiKeyRow;
  tenants: TenantRow;
  consumed_nonces: { nonce: string; expires_at: Date };
  session_exchange_codes: {
    code_hash: string;
    context_identifier: string;
    challenge: string;
    session: Json<unknown>;
    expires_at: Date;
  };
  /** Sessions of sign-ins before `not_before` have ended. Associate 0 stands for all users. */
  session_cutoffs: {
    context_identifier: string;
    associate_id: number;
    not_before: Generated<Date>;
    /** The latest sign-in. */
    signed_in_at: Date | null;
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
    /** The address of the user's client; null if there is none. */
    address: ColumnType<string | null, string | null, string | null>;
  };
  /** Start times of the last ten calls to the tenant, oldest first. */
  rate_limits: { context_identifier: string; recent: Date[] };
  license_changes: {
    id: Generated<string>;
    context_identifier: string;
    /** Null for a tenant license. */
    associate_id: number | null;
    detected_at: Date;
    content: Json<unknown>;
  };
  plan_prices: {
    context_identifier: string;
    plan: string;
    currency: string;
    /** A decimal, which pg reads as text. */
    amount: string;
    period: string;
  };
  saved_answers: { context_identifier: string; name: string; text: string };
  tenant_users: TenantUserRow;
  /** Who had which plan from when to when; the current period of a user has no end. */
  user_plan_periods: {
    id: Generated<string>;
    context_identifier: string;
    associate_id: number;
    user_plan: string;
    began_at: Date;
    ended_at: Date | null;
  };
  /** Whose seats administrators keep, until a day (`YYYY-MM-DD`) or without an end. */
  user_marks: {
    context_identifier: string;
    associate_id: number;
    kind: string;
    note: string;
    until: string | null;
    /** Null once the administrator is erased. */
    marked_by_id: number | null;
    marked_at: Date;
  };
  /** The seats of a plan as last read on a UTC day, `YYYY-MM-DD`; a number is null if it is not reported. */
  seat_counts: {
    context_identifier: string;
    day: string;
    module: string;
    purchased: number | null;
    in_use: number | null;
  };
  user_pins: {
    context_identifier: string;
    associate_id: number;
    kind: string;
    plan: string;
    reason: string;
    /** Null once the administrator is erased. */
    pinned_by_id: number | null;
    pinned_at: Date;
  };
}

/** The query builder over all tables. */
export type Database = Kysely<Tables>;

/** Connections of a process for requests and jobs. */
const maxConnections = 10;
/** Connections that stay open while they are idle, as many as a panel uses at once: each takes 5 ms to open. */
const minConnections = 4;

/**
 * Connects to PostgreSQL and brings its schema up to date. `destroy()` of the result closes its connections. Its queries
 * throw AppError `database-unavailable` when the connection fails or times out.
 * @param onConnectionLost receives the error of every connection that breaks, in use or idle; the pool replaces it
 * @throws IncompatibleDatabaseError when an earlier version created the database
 * @throws the error of pg when the database cannot be reached
 */
export async function openDatabase(url: string, onConnectionLost: (error: Error) => void): Promise<Database> {
  const pool = openPool(url, requestTimeouts, onConnectionLost);
  try {
    const isUpToDate = await isMigrated(new Kysely({ dialect: new PostgresDialect({ pool }) }));
    if (!isUpToDate) await migrateWithPatience(url, onConnectionLost);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const db = createDatabase(pool);
  // Kysely ends only a pool that it has used.
  await db.connection().execute(async () => {});
  return db;
}

async function migrateWithPatience(url: string, onConnectionLost: (error: Error) => void): Promise<void> {
  const pool = openPool(url, migrationTimeouts, onConnectionLost);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await migrate(db).finally(() => db.destroy());
}

/** Opens the connections that stay open, so that the first request does not. A failure concerns that request only. */
export async function openIdleConnections(db: Database): Promise<void> {
  const opening = Array.from({ length: minConnections }, () => sql`select 1`.execute(db));
  await Promise.allSettled(opening);
}

function createDatabase(pool: Pool): Database {
  return new Kysely({ dialect: new PostgresDialect({ pool: discardTimedOutClients(pool) }) });
}

function openPool(
  url: string,
  timeouts: typeof requestTimeouts,
  onConnectionLost: (error: Error) => void,
): Pool {
  const pool = new Pool({
    ...connectionOptions(url, timeouts),
    max: maxConnections,
    min: minConnections,
    onConnect: (client) => setTimeouts(client, timeouts),
  });
  // The pool does not listen to a connection in use: without this listener its loss would end the process.
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  pool.on('error', () => {});
  return pool;
}

/**
 * Wraps a pool for Kysely. A client whose query timed out still waits for the result, and pg would hand it to the next
 * caller: this pool discards the client, and with it the locks of its session.
 */
function discardTimedOutClients(pool: Pool): PostgresPool {
  const nameOf = createStatementNames();
  return {
    async connect() {
      const client = await pool.connect().catch(throwAsAppError);
      let isBroken = false;
      const query = (text: string, values: unknown[]) =>
        client.query({ name: nameOf(text), text, values }).catch((error: unknown) => {
          isBroken ||= isConnectionError(error);
          return throwAsAppError(error);
        });
      // The type also covers cursors, which this project does not use.
      const queries = query as unknown as PostgresPoolClient['query'];
      return { query: queries, release: () => client.release(isBroken) };
    },
    end: () => pool.end(),
    options: pool.options,
  };
}
