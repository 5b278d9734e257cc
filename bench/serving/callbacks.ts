import { Client } from 'pg';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { formatStorms, measureStorm, storms } from './callback-storm.ts';
import { measureLoad, median } from './load.ts';
import { ownHeaders } from './own-headers.ts';
import { appOptions, startApp, startBaseline } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';
import { createSignedEvent, findWebhooks } from './webhook-events.ts';

const rounds = 5;
/** A server is measured after this time under the same load, because a process accepts events for weeks. */
const warmUpSeconds = 4;
const seconds = 4;
const connections = 50;

/** A measured round. */
interface Round {
  readonly perSecond: number;
  /** Before, while the server warms up. */
  readonly warmingPerSecond: number;
  /** Processor time for an event, µs. */
  readonly serverUs: number;
  readonly databaseUs: number;
}

/**
 * Measures accepted webhook events per second against a baseline that only verifies the HMAC and inserts a row, and how long a
 * storm of events takes to be processed.
 */
export async function callbacks(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('callbacks'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const [webhook] = await findWebhooks(environment, [tenantIdAt(0)]);
  if (webhook === undefined) throw new Error('no webhook');
  const request = () => createSignedEvent(webhook, 1);
  const bare = {
    ...environment,
    BENCH_SECRET: webhook.secret,
    BENCH_HEADERS: JSON.stringify(await readHeaders(environment, request())),
  };
  // The app has accepted the event whose answer the bare server repeats.
  const accepted = { app: 1, baseline: 0 };
  const candidates = [
    { name: 'planlens', key: 'app', start: () => startApp(environment) },
    {
      name: 'HMAC and one insert',
      key: 'baseline',
      start: () => startBaseline('webhooks', bare, appOptions),
    },
  ] as const;
  const results = { app: [] as Round[], baseline: [] as Round[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const { start, key } of round % 2 === 0 ? candidates : candidates.toReversed()) {
      // One server at a time: the app continues to process events after the load ends.
      const server = await start();
      const load = { url: server.url, connections, request };
      const warmUp = await measureLoad({ ...load, seconds: warmUpSeconds });
      const before = { server: server.processorSeconds(), database: benchDatabase.processorSeconds() };
      const { perSecond, total } = await measureLoad({ ...load, seconds });
      const toUs = (processorSeconds: number) => (processorSeconds / total) * 1e6;
      results[key].push({
        perSecond,
        warmingPerSecond: warmUp.perSecond,
        serverUs: toUs(server.processorSeconds() - before.server),
        databaseUs: toUs(benchDatabase.processorSeconds() - before.database),
      });
      await server.stop();
      accepted[key] += warmUp.total + total;
    }
  }
  const stored = await countStored(environment);
  if (stored.app < accepted.app || stored.baseline < accepted.baseline) {
    throw new Error(`accepted ${JSON.stringify(accepted)}, stored ${JSON.stringify(stored)}`);
  }
  const medianOf = (key: keyof typeof results, figure: keyof Round) =>
    median(results[key].map((each) => each[figure]));
  const timesBare = (key: keyof typeof results) =>
    medianOf(key, 'perSecond') / medianOf('baseline', 'perSecond');
  const stormFigures = [];
  for (const storm of storms) stormFigures.push(await measureStorm(benchDatabase, storm));
  const figures = candidates.map(({ name, key }) => ({
    name,
    perSecond: Math.round(medianOf(key, 'perSecond')),
    slowestRound: Math.round(Math.min(...results[key].map((each) => each.perSecond))),
    warmingPerSecond: Math.round(medianOf(key, 'warmingPerSecond')),
    serverUs: round(medianOf(key, 'serverUs')),
    databaseUs: round(medianOf(key, 'databaseUs')),
    timesBare: round(timesBare(key)),
  }));
  return {
    name: 'Callbacks',
    goal: 'at least 0.8 times HMAC and one insert; 20,000 events in 10 s processed within 60 s',
    met: timesBare('app') >= 0.8 && stormFigures.every(({ met }) => met),
    rounds,
    warmUpSeconds,
    seconds,
    connections,
    figures,
    storms: stormFigures,
    printed: [
      formatTable(
        [
          'Callbacks',
          'accepted/s, median',
          'slowest round',
          `first ${warmUpSeconds} s after its start`,
          'processor time per event of the server, µs',
          'of PostgreSQL, µs',
          'times HMAC and one insert',
          'goal',
        ],
        figures.map((each) => [
          each.name,
          each.perSecond,
          each.slowestRound,
          each.warmingPerSecond,
          each.serverUs,
          each.databaseUs,
          each.timesBare,
          each.name === 'planlens' ? `at least 0.8: ${each.timesBare >= 0.8 ? 'met' : 'missed'}` : '',
        ]),
      ),
      '',
      formatStorms(stormFigures),
    ].join('\n'),
  };
}

/** The headers of the answer to an event. */
async function readHeaders(
  environment: NodeJS.ProcessEnv,
  { path, ...event }: ReturnType<typeof createSignedEvent>,
): Promise<string[]> {
  const app = await startApp(environment);
  const response = await fetch(app.url + path, event);
  await app.stop();
  if (response.status !== 200) throw new Error(`an event was refused: ${response.status}`);
  return ownHeaders(response);
}

async function countStored(environment: NodeJS.ProcessEnv): Promise<{ app: number; baseline: number }> {
  const client = new Client({ connectionString: String(environment.DATABASE_URL) });
  await client.connect();
  const { rows } = await client.query(
    'select (select count(*)::int from callbacks) as app, (select count(*)::int from received) as baseline',
  );
  await client.end();
  return rows[0];
}
