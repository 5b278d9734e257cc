import { type ColumnType, Kysely, type Migration, Migrator, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import * as tenantsAndSnapshots from './migrations/001-tenants-and-snapshots.ts';

/** A jsonb column: read as the value, written as its text, since pg would take an array for a PostgreSQL array. */
type Json<T> = ColumnType<T, string, string>;

export interface TenantRow {
  context_identifier: string;
  company_name: string;
  serial: string;
  system_token_sealed: string;
  consented_by: number;
  consented_at: Date;
  provisioned_at: Date | null;
  provisioned_panels: Json<unknown> | null;
}

interface Tables {
  tenants: TenantRow;
  sign_ins: {
    state_hash: string;
    browser_hash: string;
    purpose: Json<unknown>;
    nonce: string;
    code_verifier: string;
    expires_at: Date;
  };
  license_snapshots: {
    context_identifier: string;
    associate_id: number;
    format: number;
    read_at: Date;
    content: Json<unknown>;
  };
}

export type Database = Kysely<Tables>;

/** Forward only; a landed migration never changes. */
const migrations: Record<string, Migration> = {
  '001-tenants-and-snapshots': tenantsAndSnapshots,
};

/**
 * Connects to PostgreSQL and brings its schema up to date; processes starting at once take turns.
 * `onConnectionLost` hears of connections that break, in use or not (a server restart): the pool replaces them.
 * @returns the database; `destroy()` closes its connections
 */
export async function openDatabase(url: string, onConnectionLost: (error: Error) => void): Promise<Database> {
  const pool = new Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5_000 });
  // A connection in use has no listener of the pool's: without one of ours its loss would end the process.
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  pool.on('error', () => {});
  const db: Database = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return db;
  await db.destroy();
  throw error;
}
