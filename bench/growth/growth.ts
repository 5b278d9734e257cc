import { sql } from 'kysely';
import { Client } from 'pg';
import { openJobQueue } from '../../src/coordination/jobs/job-queue.ts';
import { createRateLimiter } from '../../src/coordination/rate-limiter.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { newKeyring } from '../../test/support/keyrings.ts';
import type { BenchDatabase } from '../serving/bench-database.ts';
import { formatTable, round } from '../serving/table.ts';
import { measureMillion } from './million.ts';
import { purge, rates, simulateYear } from './tenant-year.ts';

const tenants = 20;

/** The rows and bytes of one tenant in a table. */
interface TableSize {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Measures how much of the database a tenant takes after a year, and how long statements take that concern all tenants once
 * there are a million.
 */
export async function growth(benchDatabase: BenchDatabase) {
  const tables = await measureYear(await benchDatabase.ensureDatabase('growth'));
  const million = await measureMillion(await benchDatabase.ensureDatabase('million'));
  const total = { table: 'all', rows: sum(tables, 'rows'), bytes: sum(tables, 'bytes') };
  const figures = [...tables, total];
  return {
    name: 'Growth',
    goal: 'rows and bytes per tenant and year; statements of a million tenants within the timeout of 4 s',
    met: million.met,
    tenants,
    rates,
    figures,
    million: million.figures,
    printed: [
      formatTable(
        ['A tenant of 50 users after a year', 'rows', 'bytes, with indexes'],
        figures.map(({ table, rows, bytes }) => [table, rows, bytes]),
      ),
      '',
      million.printed,
    ].join('\n'),
  };
}

async function measureYear(url: string): Promise<TableSize[]> {
  // Nothing of the figures depends on it, and each of the commits that notify would wait for the disk alone.
  const db = await openDatabase(`${url}?options=-c%20synchronous_commit%3Doff`, () => {});
  const jobs = await openJobQueue({ url, onJobAttempt: () => {}, onJobQueueFailed: () => {} });
  const secrets = createSecretBox(newKeyring());
  // Jobs are kept for an hour after they were processed: about one of each kind.
  const noJobs = { enqueue: async () => {} };
  const tenantIds = Array.from({ length: tenants }, (_each, index) => `Cust${100_000 + index}`);
  await simulateYear({ db, secrets, jobs: noJobs }, tenantIds);
  const acquireCall = createRateLimiter({ db });
  for (const tenantId of tenantIds) {
    await acquireCall(tenantId);
    await jobs.enqueue('reconciliations', [{ payload: { tenantId }, key: tenantId }]);
    await jobs.enqueue('user-changes', [
      { payload: { tenantId, associateId: 1, deleted: false }, key: `${tenantId} 1` },
    ]);
  }
  await purge({ db, secrets, jobs: noJobs });
  await sql`select pg_stat_force_next_flush()`.execute(db);
  await jobs.close();
  await db.destroy();
  return readSizes(url);
}

/** The tables with rows, the largest first. A database that is used has up to a fifth more, until it is vacuumed. */
async function readSizes(url: string): Promise<TableSize[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  // Without what the simulation has deleted.
  await client.query('vacuum (full, analyze)');
  const { rows } = await client.query<{ table: string; rows: number; bytes: number }>(
    `select case when nspname = 'public' then relname else nspname || '.' || relname end as table,
      reltuples::float / $1 as rows, pg_total_relation_size(pg_class.oid)::float / $1 as bytes
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and reltuples >= $1 and nspname in ('public', 'pgboss')
    order by bytes desc`,
    [tenants],
  );
  await client.end();
  return rows.map(({ table, ...size }) => ({ table, rows: round(size.rows), bytes: round(size.bytes) }));
}

function sum(tables: readonly TableSize[], key: 'rows' | 'bytes'): number {
  return round(tables.reduce((total, table) => total + table[key], 0));
}
