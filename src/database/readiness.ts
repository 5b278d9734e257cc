import { sql } from 'kysely';
import { type Database, openSingleConnection } from './database.ts';

/** Whether the database accepts writes, asked on a connection of its own. */
export interface Readiness {
  /** At most one query per second runs, however many ask. It resolves when the database responds, fails or times out. */
  isDatabaseUp(): Promise<boolean>;
  close(): Promise<void>;
}

const sharedMs = 1_000;

/**
 * Asks whether requests can be served. The connection is not one of the pool: a flood of requests that occupies the pool
 * must not take every process out of rotation.
 */
export function openReadiness(url: string, onConnectionLost: (error: Error) => void): Readiness {
  const db = openSingleConnection(url, onConnectionLost);
  let last: { readonly at: number; readonly result: Promise<boolean> } | null = null;
  return {
    isDatabaseUp() {
      if (last === null || performance.now() - last.at > sharedMs)
        last = { at: performance.now(), result: acceptsWrites(db).catch(() => false) };
      return last.result;
    },
    close: () => db.destroy(),
  };
}

/** False on a primary that became a standby, or that an administrator made read-only. */
async function acceptsWrites(db: Database): Promise<boolean> {
  const { rows } = await sql<{ readOnly: string }>`
    select current_setting('transaction_read_only') as "readOnly"`.execute(db);
  return rows[0]?.readOnly === 'off';
}
