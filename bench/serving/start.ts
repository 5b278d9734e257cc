import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Client } from 'pg';
import { type BenchDatabase, createEnvironment, root } from './bench-database.ts';
import { median } from './load.ts';
import { startApp } from './processes.ts';
import { seedTenants } from './seed.ts';
import { formatTable } from './table.ts';

const rounds = 7;
const goalMs = 350;

/** Measures the time from process start to readiness on an existing database, and its parts. */
export async function start(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('start'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const bare = ['-e', '0'];
  const loading = ['--input-type=module', '-e', `await import('${root}dist/run-server.js')`];
  const times = {
    ready: [] as number[],
    bare: [] as number[],
    loading: [] as number[],
    database: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(await measureMs(() => run(bare)));
    times.loading.push(await measureMs(() => run(loading)));
    times.database.push(await measureMs(() => queryOnce(environment)));
    const app = await startApp(environment);
    times.ready.push(app.readyAfterMs);
    await app.stop();
  }
  const ready = Math.round(median(times.ready));
  const node = Math.round(median(times.bare));
  const modules = Math.round(median(times.loading)) - node;
  const database = Math.round(median(times.database));
  const parts = [
    ['Node.js', node],
    ['loading modules', modules],
    ['PostgreSQL connection and one query', database],
    [
      'rest: settings, schema check, views, locales, routes, listen, readiness check',
      ready - node - modules - database,
    ],
  ] as const;
  return {
    name: 'Start',
    goal: `at most ${goalMs} ms until /readyz`,
    met: ready <= goalMs,
    rounds,
    figures: { ready, slowest: Math.round(Math.max(...times.ready)), parts: Object.fromEntries(parts) },
    printed: formatTable(
      ['Start', 'median, ms'],
      [
        [`until /readyz is ready, goal ${goalMs}`, ready],
        ...parts.map(([part, ms]) => [`of which ${part}`, ms]),
      ],
    ),
  };
}

async function run(command: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`node exited with ${code}`);
}

async function queryOnce(environment: NodeJS.ProcessEnv): Promise<void> {
  const client = new Client({ connectionString: String(environment.DATABASE_URL) });
  await client.connect();
  await client.query('select 1');
  await client.end();
}

async function measureMs(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
