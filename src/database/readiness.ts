import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { connectionOptions, requestTimeouts } from './connection-options.ts';
import { writeProbe } from './writable.ts';

/** Whether the database accepts writes, asked on a connection of its own. */
export interface Readiness {
  /** The last result; the first one is waited for until the database responds, fails or times out. */
  isDatabaseUp(): Promise<boolean>;
  close(): Promise<void>;
}

/** The time from a result to the next question, ms: health checks come every 5 to 15 s. */
const intervalMs = 2_000;

/**
 * Asks again and again whether requests can be served. The connection is not one of the pool, and no health check waits for a
 * result: a flood of requests that occupies the pool, or delays every response, must not take every process out of rotation.
 */
export function openReadiness(url: string, onConnectionLost: (error: Error) => void): Readiness {
  const pool = new Pool({
    ...connectionOptions(url, requestTimeouts),
    max: 1,
  });
  // The pool does not listen to a connection in use: without this listener its loss would end the process.
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  pool.on('error', () => {});
  const closing = new AbortController();
  const ask = () => acceptsWrites(pool).catch(() => false);
  let result = ask();

  async function keepAsking(): Promise<void> {
    await result;
    for (;;) {
      await sleep(intervalMs, undefined, { signal: closing.signal, ref: false });
      const next = await ask();
      result = Promise.resolve(next);
    }
  }
  // It ends when its pause is aborted.
  const asking = keepAsking().catch(() => {});

  return {
    isDatabaseUp: () => result,
    async close() {
      closing.abort();
      await asking;
      await pool.end();
    },
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
