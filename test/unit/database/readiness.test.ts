import { describe, expect, it, onTestFinished } from 'vitest';
import { openReadiness } from '../../../src/database/readiness.ts';
import { writeProbe } from '../../../src/database/writable.ts';
import { migratedDatabase, runQuery, runStatement } from '../../support/database.ts';
import { startSilentProxy } from '../../support/silent-proxy.ts';

async function open(url: string) {
  const readiness = openReadiness(url, () => {});
  onTestFinished(readiness.close);
  return readiness;
}

describe('openReadiness', () => {
  it('answers all callers from one query', async () => {
    const proxy = await startSilentProxy(await migratedDatabase());
    onTestFinished(proxy.close);
    const readiness = await open(proxy.url);
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => readiness.isDatabaseUp()));
    expect(new Set(answers)).toEqual(new Set([true]));
    proxy.stopForwarding();
    expect(await readiness.isDatabaseUp()).toBe(true);
  });

  it('asks again without a caller, and learns that the database is gone', async () => {
    const url = await migratedDatabase();
    const proxy = await startSilentProxy(url);
    onTestFinished(proxy.close);
    const readiness = await open(proxy.url);
    expect(await readiness.isDatabaseUp()).toBe(true);
    const lastAsked = async () => {
      const [row] = await runQuery(
        url,
        `select query_start::text as at from pg_stat_activity where query = '${writeProbe}' and datname = current_database()`,
      );
      return row?.at;
    };
    const first = await lastAsked();
    expect(first).toBeDefined();
    await expect.poll(lastAsked).not.toBe(first);
    proxy.stopForwarding();
    await expect.poll(readiness.isDatabaseUp).toBe(false);
  });

  it('is not ready while the database refuses writes', async () => {
    const url = await migratedDatabase();
    const name = new URL(url).pathname.slice(1);
    await runStatement(url, `alter database ${name} set default_transaction_read_only = on`);
    expect(await (await open(url)).isDatabaseUp()).toBe(false);
  });

  it('is not ready without a database', async () => {
    expect(await (await open('postgres://127.0.0.1:9/none')).isDatabaseUp()).toBe(false);
  });
});
