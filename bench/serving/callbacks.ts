import { Client } from 'pg';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { formatStorms, measureStorm, storms } from './callback-storm.ts';
import { measureLoad, median } from './load.ts';
import { startApp, startBaseline } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';
import { createSignedEvent, findWebhooks } from './webhook-events.ts';

const rounds = { warmUp: 1, measured: 5 };
const seconds = 4;
const connections = 50;

/**
 * Measures accepted webhook events per second against a baseline that only verifies the HMAC and inserts a row, and how long a
 * storm of events takes to be processed.
 */
export async function callbacks(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('callbacks'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const [webhook] = await findWebhooks(environment, [tenantIdAt(0)]);
  if (webhook === undefined) throw new Error('no webhook');
  const accepted = { app: 0, baseline: 0 };
  const candidates = [
    {
      name: 'planlens',
      key: 'app',
      start: () => startApp(environment),
    },
    {
      name: 'HMAC and one insert',
      key: 'baseline',
      start: () => startBaseline('webhooks', { ...environment, BENCH_SECRET: webhook.secret }),
    },
  ] as const;
  const perSecond = { app: [] as number[], baseline: [] as number[] };
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { start, key } of round % 2 === 0 ? candidates : candidates.toReversed()) {
      // One server at a time: the app continues to process events after the load ends.
      const server = await start();
      const result = await measureLoad({
        url: server.url,
        seconds,
        connections,
        request: () => createSignedEvent(webhook, 1),
      });
      await server.stop();
      accepted[key] += result.total;
      if (round >= 0) perSecond[key].push(result.perSecond);
    }
  }
  const stored = await countStored(environment);
  if (stored.app < accepted.app || stored.baseline < accepted.baseline) {
    throw new Error(`accepted ${JSON.stringify(accepted)}, stored ${JSON.stringify(stored)}`);
  }
  const bare = median(perSecond.baseline);
  const stormFigures = [];
  for (const storm of storms) stormFigures.push(await measureStorm(benchDatabase, storm));
  const figures = candidates.map(({ name, key }) => ({
    name,
    perSecond: Math.round(median(perSecond[key])),
    slowestRound: Math.round(Math.min(...perSecond[key])),
    timesBare: round(median(perSecond[key]) / bare),
  }));
  return {
    name: 'Callbacks',
    goal: 'at least 0.8 times HMAC and one insert; 20,000 events in 10 s processed within 60 s',
    met: median(perSecond.app) >= 0.8 * bare && stormFigures.every(({ met }) => met),
    rounds: rounds.measured,
    seconds,
    connections,
    figures,
    storms: stormFigures,
    printed: [
      formatTable(
        ['Callbacks', 'accepted/s, median', 'slowest round', 'times HMAC and one insert', 'goal'],
        figures.map((each) => [
          each.name,
          each.perSecond,
          each.slowestRound,
          each.timesBare,
          each.name === 'planlens' ? `at least 0.8: ${each.timesBare >= 0.8 ? 'met' : 'missed'}` : '',
        ]),
      ),
      '',
      formatStorms(stormFigures),
    ].join('\n'),
  };
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
