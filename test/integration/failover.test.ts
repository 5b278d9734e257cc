import { describe, expect, inject, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { runQuery } from '../support/database.ts';
import { installedPlanlens, metricsToken, testUsers } from '../support/planlens.ts';

const { tenantId } = testUsers.salesPremium;

describe('a failover that leaves Planlens connected to a read-only server', async () => {
  const planlens = await installedPlanlens();
  const databaseUrl = String(planlens.environment.DATABASE_URL);
  const database = new URL(databaseUrl).pathname.slice(1);

  const readiness = async () => (await fetch(`${planlens.url}/readyz`)).status;
  const databaseUp = async () =>
    /^planlens_database_up (\d)$/m.exec(
      await (
        await fetch(`${planlens.url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })
      ).text(),
    )?.[1];
  /** The outcome of a write: an error code, or `saved`. */
  const write = () =>
    planlens.services.tenants.saveContract(tenantId, null).then(
      () => 'saved',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const setReadOnly = (value: 'on' | 'off') =>
    runQuery(
      inject('postgresUrl'),
      `alter database ${database} set default_transaction_read_only = ${value}`,
    );

  it('counts as unavailable and is left as soon as another server accepts writes', async () => {
    expect([await readiness(), await databaseUp(), await write()]).toEqual([200, '1', 'saved']);
    await setReadOnly('on');
    await runQuery(
      databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await expect.poll(write).toBe('database-unavailable');
    await expect.poll(readiness).toBe(503);
    await expect.poll(databaseUp).toBe('0');

    // Existing connections stay read-only.
    await setReadOnly('off');
    await expect.poll(readiness).toBe(200);
    await expect.poll(databaseUp).toBe('1');
    expect(await write()).toBe('saved');
    await planlens.services.locks(`tenant ${tenantId}`, (lock) =>
      planlens.services.tenants.savePanels(tenantId, [], lock),
    );
  });
});
