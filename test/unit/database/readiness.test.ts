import { describe, expect, it, onTestFinished } from 'vitest';
import { openReadiness } from '../../../src/database/readiness.ts';
import { migratedDatabase, runStatement } from '../../support/database.ts';
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
