import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** Receives the payload of a NOTIFY, sent by this process or another one. */
export type NotificationHandler = (payload: string) => void;

/** A LISTEN connection that is re-established until it is closed. */
export interface Subscription {
  close(): Promise<void>;
}

/** The pause before a lost connection is opened again, ms. */
const retryIntervalMs = 1_000;
const closeTimeoutMs = 500;
const connectTimeoutMs = 5_000;

/** Listens to the channels of the database at `url` over a connection of its own, and calls their handlers. */
export function subscribe(
  url: string,
  channels: Readonly<Record<string, NotificationHandler>>,
  handlers: {
    /** All later notifications are received; earlier ones may have been missed. */
    readonly onListening: () => void;
    readonly onConnectionLost: (error: Error) => void;
  },
): Subscription {
  const closing = new AbortController();

  async function listenUntilLost(): Promise<void> {
    const client = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
    });
    const lost = new Promise<void>((resolve) => {
      client.on('end', resolve);
      client.on('error', (error) => {
        handlers.onConnectionLost(error);
        resolve();
      });
      closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('notification', ({ channel, payload = '' }) => channels[channel]?.(payload));
    try {
      await Promise.race([lost, startListening(client)]);
      await lost;
    } catch (error) {
      handlers.onConnectionLost(error instanceof Error ? error : new Error('not connected'));
    } finally {
      // An unresponsive server never confirms the end of the connection.
      await Promise.race([client.end().catch(() => {}), sleep(closeTimeoutMs)]);
    }
  }

  async function startListening(client: Client): Promise<void> {
    await client.connect();
    for (const channel of Object.keys(channels)) await client.query(`listen ${channel}`);
    handlers.onListening();
  }

  async function listenUntilClosed(): Promise<void> {
    while (!closing.signal.aborted) {
      await listenUntilLost();
      await sleep(retryIntervalMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const closed = listenUntilClosed();
  return {
    async close() {
      closing.abort();
      await closed;
    },
  };
}
