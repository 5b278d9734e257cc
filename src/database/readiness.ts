import { Pool } from 'pg';
import { connectionOptions, requestTimeouts } from './connection-options.ts';
import { writeProbe } from './writable.ts';

/** Whether the database accepts writes, asked on a connection of its own. */
export interface Readiness {
  /** Resolves when the database responds, fails or times out; at once if the result of a recent question is known. */
  isDatabaseUp(): Promise<boolean>;
  close(): Promise<void>;
}

/** At most one query runs within this time, however many ask, ms. */
const minIntervalMs = 1_000;
/**
 * A result that is not older is returned at once, while the next one is read, ms. In a process under load that may take
 * seconds; health checks ask every 5 to 15 s, so that they learn of a failure one check later.
 */
const maxAgeMs = 30_000;

/**
 * Asks whether requests can be served. The connection is not one of the pool: a flood of requests that occupies the pool
 * must not take every process out of rotation.
 */
export function openReadiness(url: string, onConnectionLost: (error: Error) => void): Readiness {
  const pool = new Pool({
    ...connectionOptions(url, requestTimeouts),
    max: 1,
  });
  // The pool does not listen to a connection in use: without this listener its loss would end the process.
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  pool.on('error', () => {});
  let known = { at: Number.NEGATIVE_INFINITY, isUp: false };
  let asked: { readonly at: number; readonly result: Promise<boolean> } | null = null;

  async function ask(): Promise<boolean> {
    const isUp = await acceptsWrites(pool).catch(() => false);
    known = { at: performance.now(), isUp };
    return isUp;
  }

  async function isDatabaseUp(): Promise<boolean> {
    const now = performance.now();
    if (asked === null || now - asked.at > minIntervalMs) asked = { at: now, result: ask() };
    return now - known.at <= maxAgeMs ? known.isUp : asked.result;
  }

  // Connects while the process starts, so that the first health check does not wait for it.
  void isDatabaseUp();
  return {
    isDatabaseUp,
    close: () => pool.end(),
  };
}

/**
 * Fails on a primary that became a standby, or that an administrator made read-only. The connection is closed then, so that
 * the next question reaches the server that took over.
 */
async function acceptsWrites(pool: Pool): Promise<boolean> {
  const client = await pool.connect();
  let isWritable = false;
  try {
    await client.query(writeProbe);
    isWritable = true;
    return true;
  } finally {
    client.release(!isWritable);
  }
}
