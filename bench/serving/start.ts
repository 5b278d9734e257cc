import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Client } from 'pg';
import { type BenchDatabase, environmentOf, root } from './bench-database.ts';
import { median } from './load.ts';
import { startApp } from './processes.ts';
import { seedTenants } from './seed.ts';
import { table } from './table.ts';

const rounds = 7;
const goalMs = 1_000;

/** From the start of a process until it says that it is ready, on a database that is there, and what takes the time. */
export async function start(benchDatabase: BenchDatabase) {
  const environment = await environmentOf(await benchDatabase.database('start'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const bare = ['-e', '0'];
  const loading = [
    '--input-type=module',
    '-e',
    `for (const file of ['app', 'services', 'config', 'lifecycle/start-lifecycle']) await import('${root}dist/' + file + '.js')`,
  ];
  const times = {
    ready: [] as number[],
    bare: [] as number[],
    loading: [] as number[],
    database: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(await timeOf(() => run(bare)));
    times.loading.push(await timeOf(() => run(loading)));
    times.database.push(await timeOf(() => askOnce(environment)));
    const app = await startApp(environment);
    times.ready.push(app.readyAfterMs);
    await app.stop();
  }
  const ready = Math.round(median(times.ready));
  const node = Math.round(median(times.bare));
  const modules = Math.round(median(times.loading)) - node;
  const database = Math.round(median(times.database));
  const parts = [
    ['Node.js itself', node],
    ['loading our modules and the libraries', modules],
    ['a connection to PostgreSQL and one question', database],
    [
      'the rest: schema looked at, views and texts read, listening, asked if ready',
      ready - node - modules - database,
    ],
  ] as const;
  return {
    name: 'Start',
    goal: 'under 1000 ms until /readyz',
    met: ready < goalMs,
    rounds,
    figures: { ready, slowest: Math.round(Math.max(...times.ready)), parts: Object.fromEntries(parts) },
    printed: table(
      ['Start', 'median, ms'],
      [['until /readyz says ready', ready], ...parts.map(([what, ms]) => [`of it ${what}`, ms])],
    ),
  };
}

async function run(command: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`node ended with ${code}`);
}

async function askOnce(environment: NodeJS.ProcessEnv): Promise<void> {
  const client = new Client({ connectionString: String(environment.DATABASE_URL) });
  await client.connect();
  await client.query('select 1');
  await client.end();
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
