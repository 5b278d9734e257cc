import { Client } from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Subscription, subscribe } from '../../../src/coordination/pg-listener.ts';
import { migratedDatabase } from '../../support/database.ts';

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

  function listen(): void {
    received = [];
    errors = [];
    listeningCount = 0;
    const channels = {
      one: (payload: string) => received.push(['one', payload]),
      other: (payload: string) => received.push(['other', payload]),
    };
    subscription = subscribe(url, channels, {
      onListening: () => {
        listeningCount += 1;
      },
      onConnectionLost: (error) => errors.push(error.message),
    });
  }

  const listeners = () =>
    query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and query like 'listen %' and state = 'idle'",
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

  it('stops listening when it is closed', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await subscription?.close();
    await expect.poll(async () => (await listeners()).length).toBe(0);
  });
});
