import { Client } from 'pg';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, environmentOf } from './bench-database.ts';
import { type LoadResult, load, median } from './load.ts';
import { startApp } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { rounded, table } from './table.ts';

const sizes = [1, 100, 10_000];
const users = 50;
const rounds = 5;
const seconds = 4;
/** Few, so that what one view takes is measured and not how long the others were waited for. */
const connections = 2;
/** Enough to keep one page of each of 10,000 tenants. */
const roomyMb = 1_024;
const defaultMb = 256;
const goal = 1.2;

interface Scale {
  readonly tenants: number;
  readonly startMs: number;
  readonly prefetch: LoadResult;
  readonly cachedBytesPerTenant: number;
  readonly queriesPerView: number;
}

/** Panels of warm tenants among 1, 100 and 10,000 of them, one reader each; and of readers nobody remembers. */
export async function scale(benchDatabase: BenchDatabase) {
  const figures: Scale[] = [];
  for (const tenants of sizes) figures.push(await measure(benchDatabase, tenants));
  const bounded = await boundedMemory(benchDatabase, sizes.at(-1) ?? 0);
  const p99At = (tenants: number) =>
    figures.find((each) => each.tenants === tenants)?.prefetch.p99 ?? Number.NaN;
  const times = rounded(p99At(10_000) / p99At(1));
  return {
    name: 'Scale',
    goal: `p99 at 10,000 tenants at most ${goal} times that at 1`,
    met: times <= goal && figures.every(({ queriesPerView }) => queriesPerView < 0.01),
    rounds,
    seconds,
    connections,
    users,
    times,
    figures,
    bounded,
    printed: [
      table(
        [
          'Tenants of 50 users',
          'start, ms',
          'p50, ms',
          'p99, ms',
          'views/s',
          'cached per tenant, kB',
          'queries per view',
        ],
        figures.map(({ tenants, startMs, prefetch, cachedBytesPerTenant, queriesPerView }) => [
          tenants,
          Math.round(startMs),
          prefetch.p50,
          prefetch.p99,
          Math.round(prefetch.perSecond),
          rounded(cachedBytesPerTenant / 1_000),
          queriesPerView,
        ]),
      ),
      '',
      table(
        [
          '10,000 tenants, 500,000 readers in turn',
          'CACHE_MB',
          'heap, MB',
          'resident, MB',
          'views/s',
          'p99, ms',
        ],
        bounded.map(({ cacheMb, heapMb, residentMb, perSecond, p99 }) => [
          'none remembered',
          cacheMb,
          heapMb,
          residentMb,
          perSecond,
          p99,
        ]),
      ),
    ].join('\n'),
  };
}

async function measure(benchDatabase: BenchDatabase, tenants: number): Promise<Scale> {
  const environment = await environmentOf(await databaseOf(benchDatabase, tenants), {
    CACHE_MB: String(roomyMb),
  });
  await seedTenants(environment, { tenants, users });
  const app = await startApp(environment);
  const cookies = Array.from({ length: tenants }, (_each, place) => readerAt(environment, place, 1));
  let turn = 0;
  const request = () => cookies[turn++ % tenants] ?? {};
  const before = await app.memory();
  for (const each of cookies) await fetch(app.url + each.path, { headers: each.headers });
  const after = await app.memory();
  await load({ url: app.url, seconds, connections, request });
  const queriesBefore = await queriesIn(environment);
  const all: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1)
    all.push(await load({ url: app.url, seconds, connections, request }));
  const queries = (await queriesIn(environment)) - queriesBefore;
  await app.stop();
  const views = all.reduce((sum, { total }) => sum + total, 0);
  const of = (figure: keyof LoadResult) => median(all.map((each) => each[figure]));
  return {
    tenants,
    startMs: app.readyAfterMs,
    prefetch: { perSecond: of('perSecond'), total: views, p50: of('p50'), p99: of('p99') },
    cachedBytesPerTenant: Math.round((after.heap - before.heap + after.external - before.external) / tenants),
    queriesPerView: rounded(queries / views),
  };
}

/** Every view another reader's, more of them than memory holds. */
async function boundedMemory(benchDatabase: BenchDatabase, tenants: number) {
  const figures = [];
  for (const cacheMb of [defaultMb / 4, defaultMb]) {
    const environment = await environmentOf(await databaseOf(benchDatabase, tenants), {
      CACHE_MB: String(cacheMb),
    });
    const app = await startApp(environment);
    let turn = 0;
    const request = () => {
      turn += 1;
      return readerAt(environment, turn % tenants, 1 + (Math.floor(turn / tenants) % users));
    };
    const measureLoad = await load({ url: app.url, seconds: seconds * 8, connections: 10, request });
    const { heap, external, resident } = await app.memory();
    await app.stop();
    figures.push({
      cacheMb,
      heapMb: Math.round((heap + external) / 1e6),
      residentMb: Math.round(resident / 1e6),
      perSecond: Math.round(measureLoad.perSecond),
      p99: measureLoad.p99,
      views: measureLoad.total,
    });
  }
  return figures;
}

/** The same database for each measurement of a size. */
function databaseOf(benchDatabase: BenchDatabase, tenants: number): Promise<string> {
  return benchDatabase.database(`scale_${tenants}`);
}

function readerAt(environment: NodeJS.ProcessEnv, place: number, associateId: number) {
  const tenantId = tenantIdAt(place);
  return {
    path: `/panel?uctx=${tenantId}&usid=${associateId}&lang=en`,
    headers: { cookie: sessionCookie(environment, { tenantId, associateId }) },
  };
}

/** Transactions of the database so far, which is as many as there were queries: none of a view's opens one. */
async function queriesIn(environment: NodeJS.ProcessEnv): Promise<number> {
  const client = new Client({ connectionString: String(environment.DATABASE_URL) });
  await client.connect();
  // An idle backend tells of what it did ten seconds later.
  await client.query('select pg_sleep(11)');
  const { rows } = await client.query(
    'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()',
  );
  await client.end();
  return rows[0].count;
}
