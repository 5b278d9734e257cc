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
  it('answers with the last result while the database is silent', async () => {
    const proxy = await startSilentProxy(await migratedDatabase());
    onTestFinished(proxy.close);
    const readiness = await open(proxy.url);
    expect(await readiness.isDatabaseUp()).toBe(true);
    proxy.stopForwarding();
    expect(await readiness.isDatabaseUp()).toBe(true);
    await expect.poll(readiness.isDatabaseUp).toBe(false);
  });

  it('asks again without a caller', async () => {
    const url = await migratedDatabase();
    const readiness = await open(url);
    expect(await readiness.isDatabaseUp()).toBe(true);
    const askedAt = async () => {
      const [row] = await runQuery(
        url,
        `select (extract(epoch from query_start) * 1000)::float8 as at from pg_stat_activity
         where query = '${writeProbe}' and datname = current_database()`,
      );
      return Number(row?.at ?? 0);
    };
    const first = await askedAt();
    expect(first).toBeGreaterThan(0);
    await expect.poll(askedAt).toBeGreaterThan(first);
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
