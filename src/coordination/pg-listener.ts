import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionOptions, requestTimeouts, setTimeouts } from '../database/connection-options.ts';

/** Receives the payload of a NOTIFY, sent by this process or another one. */
export type NotificationHandler = (payload: string) => void;

/** A LISTEN connection that is re-established until it is closed. */
export interface Subscription {
  close(): Promise<void>;
}

/** The pause before a lost connection is opened again, ms. */
const retryIntervalMs = 1_000;
const closeTimeoutMs = 500;
/** How often the connection notifies itself, and how long it waits for that: it notices silence within ten seconds. */
const defaultHeartbeatMs = 5_000;

/**
 * Listens to the channels of the database at `url` over a connection of its own, and calls their handlers. The connection
 * also notifies itself: one that hears nothing is opened again.
 */
export function subscribe(
  url: string,
  channels: Readonly<Record<string, NotificationHandler>>,
  handlers: {
    /** All later notifications are received; earlier ones may have been missed. */
    readonly onListening: () => void;
    readonly onConnectionLost: (error: Error) => void;
  },
  heartbeatMs: number = defaultHeartbeatMs,
): Subscription {
  const closing = new AbortController();
  // A channel of its own, so that the heartbeat wakes no other process.
  const heartbeatChannel = `planlens_heartbeat_${randomUUID().replaceAll('-', '')}`;

  async function listenUntilLost(): Promise<void> {
    const client = new Client({ ...connectionOptions(url, requestTimeouts), query_timeout: heartbeatMs });
    const ended = new AbortController();
    const lost = new Promise<void>((resolve) => {
      client.on('end', resolve);
      client.on('error', (error) => {
        handlers.onConnectionLost(error);
        resolve();
      });
      closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    let heard = '';
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === heartbeatChannel) heard = payload;
      else channels[channel]?.(payload);
    });
    try {
      await Promise.race([lost, startListening(client)]);
      await Promise.race([lost, beatUntilSilent(client, () => heard, ended.signal)]);
    } catch (error) {
      handlers.onConnectionLost(error instanceof Error ? error : new Error('not connected'));
    } finally {
      ended.abort();
      // An unresponsive server never confirms the end of the connection.
      await Promise.race([client.end().catch(() => {}), sleep(closeTimeoutMs)]);
    }
  }

  async function startListening(client: Client): Promise<void> {
    await client.connect();
    await setTimeouts(client, requestTimeouts);
    const all = [heartbeatChannel, ...Object.keys(channels)];
    await client.query(all.map((channel) => `listen ${channel}`).join('; '));
    handlers.onListening();
  }

  /** @throws when a heartbeat is not sent or not received in time */
  async function beatUntilSilent(client: Client, heard: () => string, ended: AbortSignal): Promise<void> {
    for (let beat = 1; !ended.aborted; beat += 1) {
      await sleep(heartbeatMs, undefined, { signal: ended }).catch(() => {});
      if (ended.aborted) return;
      // PostgreSQL delivers a notification of the session itself before it confirms the statement.
      await client.query('select pg_notify($1, $2)', [heartbeatChannel, String(beat)]);
      if (heard() !== String(beat)) throw new Error('notifications are not received');
    }
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
