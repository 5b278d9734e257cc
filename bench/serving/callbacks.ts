import { createHmac, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createWebhookStore } from '../../src/tenants/webhook-store.ts';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { measureLoad, median } from './load.ts';
import { startApp, startBaseline } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';

const rounds = { warmUp: 1, measured: 5 };
const seconds = 4;
const connections = 50;

/** Measures accepted webhook events per second against a baseline that only verifies the HMAC and inserts a row. */
export async function callbacks(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('callbacks'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const { hookId, secret } = await findWebhook(environment);
  const accepted = { app: 0, baseline: 0 };
  const candidates = [
    {
      name: 'planlens',
      key: 'app',
      path: `/callbacks/webhooks/${hookId}`,
      start: () => startApp(environment),
    },
    {
      name: 'HMAC and one insert',
      key: 'baseline',
      path: '/',
      start: () => startBaseline('webhooks', { ...environment, BENCH_SECRET: secret }),
    },
  ] as const;
  const perSecond = { app: [] as number[], baseline: [] as number[] };
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { start, path, key } of round % 2 === 0 ? candidates : candidates.toReversed()) {
      // One server at a time: the app continues to process events after the load ends.
      const server = await start();
      const result = await measureLoad({
        url: server.url,
        seconds,
        connections,
        request: () => ({ path, ...createSignedEvent(secret) }),
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
  const figures = candidates.map(({ name, key }) => ({
    name,
    perSecond: Math.round(median(perSecond[key])),
    slowestRound: Math.round(Math.min(...perSecond[key])),
    timesBare: round(median(perSecond[key]) / bare),
  }));
  return {
    name: 'Callbacks',
    goal: 'at least 0.8 times HMAC and one insert',
    met: median(perSecond.app) >= 0.8 * bare,
    rounds: rounds.measured,
    seconds,
    connections,
    figures,
    printed: formatTable(
      ['Callbacks', 'accepted/s, median', 'slowest round', 'times HMAC and one insert'],
      figures.map((each) => [each.name, each.perSecond, each.slowestRound, each.timesBare]),
    ),
  };
}

async function findWebhook(environment: NodeJS.ProcessEnv): Promise<{ hookId: string; secret: string }> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const secrets = createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS));
  const hook = await createWebhookStore({ db, secrets, now: Date.now }).findOrCreate(tenantIdAt(0));
  await db.destroy();
  return { hookId: hook.hookId, secret: hook.secret() };
}

/** Creates an event as SuperOffice sends it, with a unique id. */
function createSignedEvent(secret: string) {
  const body = JSON.stringify({
    EventId: randomUUID(),
    Timestamp: new Date().toISOString(),
    Changes: ['name'],
    Event: 'associate.changed',
    PrimaryKey: 1,
    Entity: 'associate',
    ContextIdentifier: tenantIdAt(0),
    ChangedByAssociateId: 1,
    WebhookName: 'Planlens',
  });
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  const headers = { 'content-type': 'application/json', 'x-superoffice-signature': signature };
  return { method: 'POST' as const, headers, body };
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
