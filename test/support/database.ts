import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';

/** Creates an empty database, for tests of migrations. @returns its URL */
export function emptyDatabase(): Promise<string> {
  return createDatabase('template1');
}

/** Creates a database with the current schema and no rows. @returns its URL */
export function migratedDatabase(): Promise<string> {
  return createDatabase(inject('templateDatabase'));
}

async function createDatabase(template: string): Promise<string> {
  const url = new URL(inject('postgresUrl'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runStatement(url.href, `create database ${name} template ${template}`);
  url.pathname = `/${name}`;
  return url.href;
}

/** Creates and opens a database with the current schema. */
export async function freshDatabase(): Promise<Database> {
  return openDatabase(await migratedDatabase(), () => {});
}

/** The first migration of the versions before 001-initial. */
const earlierMigrations = ['001-tenants-and-snapshots'];

/** Creates a database whose migration table lists these migrations. @returns its URL */
export async function databaseOfEarlierVersion(
  names: readonly string[] = earlierMigrations,
): Promise<string> {
  const url = await emptyDatabase();
  await recordMigrations(url, names);
  return url;
}

/** Writes migration names into a migration table as Kysely creates it. */
export async function recordMigrations(
  url: string,
  names: readonly string[] = earlierMigrations,
): Promise<void> {
  await runStatement(
    url,
    'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
  );
  for (const name of names) {
    await runStatement(url, `insert into kysely_migration values ('${name}', '2026-01-01T00:00:00.000Z')`);
  }
}

/** Runs one SQL statement outside the app. */
export async function runStatement(url: string, statement: string): Promise<void> {
  await runQuery(url, statement);
}

/** Runs one SQL statement outside the app. @returns its rows */
export async function runQuery(url: string, statement: string): Promise<Record<string, unknown>[]> {
  return (await poolOf(url).query<Record<string, unknown>>(statement)).rows;
}

/** The connection to each database, kept for the next statement: to open one takes the time of ten statements. */
const pools = new Map<string, Pool>();

function poolOf(url: string): Pool {
  const opened = pools.get(url);
  if (opened !== undefined) return opened;
  const pool = new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 1_000, allowExitOnIdle: true });
  // A test may end the connection or its server: the next statement opens another.
  pool.on('error', () => {});
  pools.set(url, pool);
  return pool;
}
