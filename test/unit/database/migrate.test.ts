import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/database.ts';
import { IncompatibleDatabaseError, migrations } from '../../../src/database/migrate.ts';
import { databaseOfEarlierVersion, emptyDatabase, runStatement } from '../../support/database.ts';
import { rowsIn } from '../../support/rows.ts';

const open = (url: string) => openDatabase(url, () => {});
const known = Object.keys(migrations);

/** Whether a statement of a migration leaves everything valid that a process of the version before does. */
function isAdditive(statement: string): boolean {
  const text = statement.trim().toLowerCase();
  if (/^create (unlogged )?table |^create (unique )?index |^(insert|update|delete|select|with) /.test(text))
    return true;
  const columns = text.startsWith('alter table ') ? text.split(/ add column /).slice(1) : [];
  const isOnlyColumns = !/ (drop|rename|alter|set) /.test(text.slice('alter'.length));
  const areOptional = columns.every((column) => !column.includes('not null') || column.includes('default'));
  return columns.length > 0 && isOnlyColumns && areOptional;
}

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

  it('only adds after the first migration, so that a process of the version before runs on', async () => {
    const statements: string[] = [];
    const recorder = new Kysely<unknown>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
      log: ({ query }) => void statements.push(query.sql),
    });
    for (const name of known.slice(1)) await migrations[name]?.up(recorder);
    expect(statements.filter((statement) => !isAdditive(statement))).toEqual([]);
  });

  it.each([
    ['alter table "tenants" drop column "serial"', false],
    ['alter table "tenants" rename to "customers"', false],
    ['alter table "tenants" alter column "serial" type integer', false],
    ['alter table "tenants" add column "score" integer not null', false],
    ['drop index "tenants_due_reconcile"', false],
    ['alter table "tenants" add column "score" integer not null default 0', true],
    ['alter table "tenants" add column "score" integer, add column "seen_at" timestamptz', true],
    ['create table "scores" ("id" integer primary key, "value" text not null)', true],
    ['create unique index "scores_once" on "scores" ("value")', true],
  ])('tells whether %j only adds: %s', (statement, additive) => {
    expect(isAdditive(statement)).toBe(additive);
  });

  it('migrates a database whose migration table is empty', async () => {
    const db = await open(await databaseOfEarlierVersion([]));
    expect(await db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    await db.destroy();
  });
});
