import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/database.ts';
import { IncompatibleDatabaseError, migrations } from '../../../src/database/migrate.ts';
import { databaseOfEarlierVersion, emptyDatabase, runStatement } from '../../support/database.ts';
import { rowsIn } from '../../support/rows.ts';

const open = (url: string) => openDatabase(url, () => {});
const known = Object.keys(migrations);

describe('migrate', () => {
  it('rejects a database of an earlier version with one sentence that names the remedy', async () => {
    const url = await databaseOfEarlierVersion();
    const error = await open(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IncompatibleDatabaseError);
    expect(error).toMatchObject({
      code: 'database-incompatible',
      message:
        'The database was created by an earlier version of Planlens and cannot be upgraded: set DATABASE_URL to an empty database.',
    });
  });

  it('leaves a rejected database unchanged', async () => {
    const url = await databaseOfEarlierVersion();
    const before = await rowsIn(url, 'kysely_migration');
    await expect(open(url)).rejects.toThrow(IncompatibleDatabaseError);
    expect(await rowsIn(url, 'kysely_migration')).toEqual(before);
    await expect(rowsIn(url, 'tenants')).rejects.toThrow(/does not exist/);
  });

  it('closes its connections when it rejects a database', async () => {
    const url = await databaseOfEarlierVersion();
    await expect(open(url)).rejects.toThrow(IncompatibleDatabaseError);
    const client = new Client({ connectionString: url });
    await client.connect();
    const others =
      'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    await expect.poll(async () => (await client.query(others)).rows).toEqual([]);
    await client.end();
  });

  it('rejects a known migration that follows an unknown one', async () => {
    const url = await databaseOfEarlierVersion(['000-unknown', ...known]);
    await expect(open(url)).rejects.toThrow(IncompatibleDatabaseError);
  });

  it('opens a database that a later version has migrated further', async () => {
    const url = await emptyDatabase();
    await (await open(url)).destroy();
    await runStatement(url, "insert into kysely_migration values ('999-later', '2027-01-01T00:00:00.000Z')");
    const db = await open(url);
    expect(await db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    await db.destroy();
    expect((await rowsIn(url, 'kysely_migration')).map(({ name }) => name)).toEqual([...known, '999-later']);
  });

  it('migrates a database whose migration table is empty', async () => {
    const db = await open(await databaseOfEarlierVersion([]));
    expect(await db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    await db.destroy();
  });
});
