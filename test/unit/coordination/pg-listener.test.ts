import { Client } from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Subscription, subscribe } from '../../../src/coordination/pg-listener.ts';
import { emptyDatabase } from '../../support/database.ts';

describe('subscribe', () => {
  let url: string;
  let notices: Subscription | undefined;
  let heard: [string, string][];
  let lost: string[];
  let began: number;

  beforeAll(async () => {
    url = await emptyDatabase();
  });
  afterEach(() => notices?.close());

  async function ask<T>(query: string): Promise<T[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(query);
    await client.end();
    return rows;
  }

  function listen(): void {
    heard = [];
    lost = [];
    began = 0;
    const channels = {
      one: (payload: string) => heard.push(['one', payload]),
      other: (payload: string) => heard.push(['other', payload]),
    };
    notices = subscribe(url, channels, {
      listening: () => {
        began += 1;
      },
      connectionLost: (error) => lost.push(error.message),
    });
  }

  const listeners = () =>
    ask<{ pid: number }>("select pid from pg_stat_activity where query like 'listen %' and state = 'idle'");

  it('receives the notifications of any process on its own channels only', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await ask("select pg_notify('one', 'a'), pg_notify('other', 'b'), pg_notify('third', 'c')");
    await expect
      .poll(() => heard)
      .toEqual([
        ['one', 'a'],
        ['other', 'b'],
      ]);
  });

  it('listens again after its connection is lost', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await ask("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'");
    await expect.poll(() => lost.length).toBeGreaterThan(0);
    await expect.poll(async () => (await listeners()).length, { timeout: 5_000 }).toBe(1);
    await ask("select pg_notify('one', 'again')");
    await expect.poll(() => heard).toEqual([['one', 'again']]);
    expect(began, 'told that what was said meanwhile was not heard').toBe(2);
  });

  it('stops listening when it is closed', async () => {
    listen();
    await expect.poll(async () => (await listeners()).length).toBe(1);
    await notices?.close();
    await expect.poll(async () => (await listeners()).length).toBe(0);
  });
});
