import { Client } from 'pg';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { type LoadResult, measureLoad, median } from './load.ts';
import { startApp } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';

const sizes = [1, 100, 10_000];
const users = 50;
const rounds = 5;
const seconds = 4;
/** Few connections, so that latency contains little queueing. */
const connections = 2;
/** Enough to cache one page of each of 10,000 tenants. */
const largeCacheMb = 1_024;
const defaultMb = 256;
const goal = 1.2;
/** Memory that a tenant with one reader takes, bytes. */
const goalBytes = 25_000;

interface Scale {
  readonly tenants: number;
  readonly startMs: number;
  readonly load: LoadResult;
  readonly cachedBytesPerTenant: number;
  readonly queriesPerView: number;
}

/** Measures warm panels of 1, 100 and 10,000 tenants with one user each, and panels of users who are never cached. */
export async function scale(benchDatabase: BenchDatabase) {
  const figures: Scale[] = [];
  for (const tenants of sizes) figures.push(await measure(benchDatabase, tenants));
  const bounded = await boundedMemory(benchDatabase, sizes.at(-1) ?? 0);
  const p99At = (tenants: number) => figures.find((each) => each.tenants === tenants)?.load.p99 ?? Number.NaN;
  const ratio = round(p99At(10_000) / p99At(1));
  const cachedBytes = figures.at(-1)?.cachedBytesPerTenant ?? Number.NaN;
  const goals = [
    { name: 'p99, times that of one tenant', at10000: ratio, atMost: goal },
    { name: 'cached per tenant, kB', at10000: round(cachedBytes / 1_000), atMost: goalBytes / 1_000 },
  ].map((each): Goal => ({ ...each, met: each.at10000 <= each.atMost }));
  return {
    name: 'Scale',
    goal: `p99 at 10,000 tenants at most ${goal} times that at 1, and at most ${goalBytes / 1_000} kB cached per tenant`,
    met: goals.every(({ met }) => met) && figures.every(({ queriesPerView }) => queriesPerView < 0.01),
    rounds,
    seconds,
    connections,
    users,
    ratio,
    goals,
    figures,
    bounded,
    printed: [formatScales(figures), formatGoals(goals), formatBounded(bounded)].join('\n\n'),
  };
}

async function measure(benchDatabase: BenchDatabase, tenants: number): Promise<Scale> {
  const environment = await createEnvironment(await scaleDatabase(benchDatabase, tenants), {
    CACHE_MB: String(largeCacheMb),
  });
  await seedTenants(environment, { tenants, users });
  const app = await startApp(environment);
  const cookies = Array.from({ length: tenants }, (_each, index) =>
    createPanelRequest(environment, index, 1),
  );
  let next = 0;
  const request = () => cookies[next++ % tenants] ?? {};
  const before = await app.memory();
  for (const each of cookies) await fetch(app.url + each.path, { headers: each.headers });
  const after = await app.memory();
  await measureLoad({ url: app.url, seconds, connections, request });
  const queriesBefore = await countQueries(environment);
  const all: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1)
    all.push(await measureLoad({ url: app.url, seconds, connections, request }));
  const queries = (await countQueries(environment)) - queriesBefore;
  await app.stop();
  const views = all.reduce((sum, { total }) => sum + total, 0);
  const medianOf = (figure: keyof LoadResult) => median(all.map((each) => each[figure]));
  return {
    tenants,
    startMs: app.readyAfterMs,
    load: {
      perSecond: Math.round(medianOf('perSecond')),
      total: views,
      p50: medianOf('p50'),
      p99: medianOf('p99'),
    },
    cachedBytesPerTenant: Math.round((after.heap - before.heap + after.external - before.external) / tenants),
    queriesPerView: round(queries / views),
  };
}

/** Requests the panels of more users than the cache can hold, in rotation. */
async function boundedMemory(benchDatabase: BenchDatabase, tenants: number) {
  const figures = [];
  for (const cacheMb of [defaultMb / 4, defaultMb]) {
    const environment = await createEnvironment(await scaleDatabase(benchDatabase, tenants), {
      CACHE_MB: String(cacheMb),
    });
    const app = await startApp(environment);
    let next = 0;
    const request = () => {
      next += 1;
      return createPanelRequest(environment, next % tenants, 1 + (Math.floor(next / tenants) % users));
    };
    const result = await measureLoad({ url: app.url, seconds: seconds * 8, connections: 10, request });
    const { heap, external, resident } = await app.memory();
    await app.stop();
    figures.push({
      cacheMb,
      heapMb: Math.round((heap + external) / 1e6),
      residentMb: Math.round(resident / 1e6),
      perSecond: Math.round(result.perSecond),
      p99: result.p99,
      views: result.total,
    });
  }
  return figures;
}

function formatScales(figures: readonly Scale[]): string {
  return formatTable(
    [
      'Tenants of 50 users',
      'start, ms',
      'p50, ms',
      'p99, ms',
      'views/s',
      'cached per tenant, kB',
      'queries per view',
    ],
    figures.map(({ tenants, startMs, load, cachedBytesPerTenant, queriesPerView }) => [
      tenants,
      Math.round(startMs),
      load.p50,
      load.p99,
      Math.round(load.perSecond),
      round(cachedBytesPerTenant / 1_000),
      queriesPerView,
    ]),
  );
}

interface Goal {
  readonly name: string;
  readonly at10000: number;
  readonly atMost: number;
  readonly met: boolean;
}

function formatGoals(goals: readonly Goal[]): string {
  return formatTable(
    ['10,000 tenants', 'measured', 'goal'],
    goals.map(({ name, at10000, atMost, met }) => [
      name,
      at10000,
      `at most ${atMost}: ${met ? 'met' : 'missed'}`,
    ]),
  );
}

function formatBounded(bounded: Awaited<ReturnType<typeof boundedMemory>>): string {
  return formatTable(
    [
      '10,000 tenants, 500,000 users in rotation',
      'CACHE_MB',
      'heap, MB',
      'resident, MB',
      'views/s',
      'p99, ms',
    ],
    bounded.map(({ cacheMb, heapMb, residentMb, perSecond, p99 }) => [
      'none cached',
      cacheMb,
      heapMb,
      residentMb,
      perSecond,
      p99,
    ]),
  );
}

/** The database of a size, shared by its measurements. */
function scaleDatabase(benchDatabase: BenchDatabase, tenants: number): Promise<string> {
  return benchDatabase.ensureDatabase(`scale_${tenants}`);
}

function createPanelRequest(environment: NodeJS.ProcessEnv, index: number, associateId: number) {
  const tenantId = tenantIdAt(index);
  return {
    path: `/panel?uctx=${tenantId}&usid=${associateId}&lang=en`,
    // As browsers ask: the page is kept in the form that is asked for.
    headers: { cookie: sessionCookie(environment, { tenantId, associateId }), 'accept-encoding': 'br' },
  };
}

/** The number of transactions so far; it equals the number of queries, because a view opens no transaction. */
async function countQueries(environment: NodeJS.ProcessEnv): Promise<number> {
  const client = new Client({ connectionString: String(environment.DATABASE_URL) });
  await client.connect();
  // An idle backend publishes its statistics after ten seconds.
  await client.query('select pg_sleep(11)');
  const { rows } = await client.query(
    'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()',
  );
  await client.end();
  return rows[0].count;
}
