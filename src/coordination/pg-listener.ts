import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** Hears of a message another process (or this one) sent by NOTIFY. */
export type NotificationHandler = (payload: string) => void;

export interface Subscription {
  close(): Promise<void>;
}

/** How long a lost connection is waited for before the next try, ms. */
const retryIntervalMs = 1_000;
const closeTimeoutMs = 500;
const connectMs = 5_000;

/** Listens to the messages of all processes on one database, by channel, over a connection of its own. */
export function subscribe(
  url: string,
  channels: Readonly<Record<string, NotificationHandler>>,
  on: {
    /** From now on everything is heard; what was said before was not. */
    readonly listening: () => void;
    readonly connectionLost: (error: Error) => void;
  },
): Subscription {
  const closing = new AbortController();

  async function listen(): Promise<void> {
    const client = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: connectMs });
    const lost = new Promise<void>((resolve) => {
      client.on('end', resolve);
      client.on('error', (error) => {
        on.connectionLost(error);
        resolve();
      });
      closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('notification', ({ channel, payload = '' }) => channels[channel]?.(payload));
    try {
      await Promise.race([lost, begin(client)]);
      await lost;
    } catch (error) {
      on.connectionLost(error instanceof Error ? error : new Error('not connected'));
    } finally {
      // A database that fell silent does not even say goodbye.
      await Promise.race([client.end().catch(() => {}), sleep(closeTimeoutMs)]);
    }
  }

  async function begin(client: Client): Promise<void> {
    await client.connect();
    for (const channel of Object.keys(channels)) await client.query(`listen ${channel}`);
    on.listening();
  }

  async function keepListening(): Promise<void> {
    while (!closing.signal.aborted) {
      await listen();
      await sleep(retryIntervalMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const listening = keepListening();
  return {
    async close() {
      closing.abort();
      await listening;
    },
  };
}
