import { Client } from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Subscription, subscribe } from '../../../src/coordination/pg-listener.ts';
import { migratedDatabase } from '../../support/database.ts';
import { startSilentProxy } from '../../support/silent-proxy.ts';

describe('subscribe', () => {
  let url: string;
  let subscription: Subscription | undefined;
  let received: [string, string][];
  let errors: string[];
  let listeningCount: number;

  beforeAll(async () => {
    url = await migratedDatabase();
  });
  afterEach(() => subscription?.close());

  async function query<T>(text: string): Promise<T[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  }

  function listen(through: string = url, heartbeatMs?: number): void {
    received = [];
    errors = [];
    listeningCount = 0;
    const channels = {
      one: (payload: string) => received.push(['one', payload]),
      other: (payload: string) => received.push(['other', payload]),
    };
    const onListening = () => {
      listeningCount += 1;
    };
    const onConnectionLost = (error: Error) => errors.push(error.message);
    subscription = subscribe(through, channels, { onListening, onConnectionLost }, heartbeatMs);
  }

  const listeners = () =>
    query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and application_name = '' and (query like 'listen %' or query like '%pg_notify($1%') and state = 'idle'",
    );

  it('receives the notifications of any process on its own channels only', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await query("select pg_notify('one', 'a'), pg_notify('other', 'b'), pg_notify('third', 'c')");
    await expect
      .poll(() => received)
      .toEqual([
        ['one', 'a'],
        ['other', 'b'],
      ]);
  });

  it('listens again after its connection is lost', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'",
    );
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await query("select pg_notify('one', 'again')");
    await expect.poll(() => received).toEqual([['one', 'again']]);
    expect(listeningCount, 'reports that notifications may have been missed').toBe(2);
  });

  it('listens again when its connection falls silent', async () => {
    const proxy = await startSilentProxy(url);
    listen(proxy.url, 300);
    await expect.poll(() => listeningCount).toBe(1);
    proxy.stopForwarding();
    await expect.poll(() => errors).toContain('Query read timeout');
    proxy.forwardNewConnections();
    await expect.poll(() => listeningCount).toBe(2);
    await query("select pg_notify('one', 'again')");
    await expect.poll(() => received).toEqual([['one', 'again']]);
    await subscription?.close();
    await proxy.close();
  });

  it('keeps a connection whose heartbeats arrive', async () => {
    // Longer than a busy machine delays a query.
    const heartbeatMs = 1_000;
    listen(url, heartbeatMs);
    await expect.poll(() => listeningCount).toBe(1);
    const [listener] = await listeners();
    // Three heartbeats; a lost one would open another connection.
    await new Promise((resolve) => setTimeout(resolve, 3.5 * heartbeatMs));
    expect([errors, await listeners()]).toEqual([[], [listener]]);
  });

  it('stops listening when it is closed', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await subscription?.close();
    await expect.poll(async () => (await listeners()).length).toBe(0);
  });
});
