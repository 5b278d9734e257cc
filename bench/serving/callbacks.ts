import { createHmac, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createWebhookStore } from '../../src/tenants/webhook-store.ts';
import { type BenchDatabase, environmentOf } from './bench-database.ts';
import { load, median } from './load.ts';
import { startApp, startPeer } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { rounded, table } from './table.ts';

const rounds = { warmUp: 1, measured: 5 };
const seconds = 4;
const connections = 50;

/** Webhook events taken: signature verified, kept in the database, then answered; beside a server that does only that. */
export async function callbacks(benchDatabase: BenchDatabase) {
  const environment = await environmentOf(await benchDatabase.database('callbacks'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const { hookId, secret } = await webhookOf(environment);
  const taken = { app: 0, peer: 0 };
  const candidates = [
    {
      name: 'planlens',
      who: 'app',
      path: `/callbacks/webhooks/${hookId}`,
      start: () => startApp(environment),
    },
    {
      name: 'HMAC and one insert',
      who: 'peer',
      path: '/',
      start: () => startPeer('webhooks', { ...environment, BENCH_SECRET: secret }),
    },
  ] as const;
  const perSecond = { app: [] as number[], peer: [] as number[] };
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { start, path, who } of round % 2 === 0 ? candidates : candidates.toReversed()) {
      // Alone: the app works off what it took for longer than it is asked.
      const program = await start();
      const measureLoad = await load({
        url: program.url,
        seconds,
        connections,
        request: () => ({ path, ...eventSignedWith(secret) }),
      });
      await program.stop();
      taken[who] += measureLoad.total;
      if (round >= 0) perSecond[who].push(measureLoad.perSecond);
    }
  }
  const kept = await keptIn(environment);
  if (kept.app < taken.app || kept.peer < taken.peer) {
    throw new Error(`answered ${JSON.stringify(taken)}, kept ${JSON.stringify(kept)}`);
  }
  const bare = median(perSecond.peer);
  const figures = candidates.map(({ name, who }) => ({
    name,
    perSecond: Math.round(median(perSecond[who])),
    slowestRound: Math.round(Math.min(...perSecond[who])),
    timesBare: rounded(median(perSecond[who]) / bare),
  }));
  return {
    name: 'Callbacks',
    goal: 'at least 0.8 times HMAC and one insert',
    met: median(perSecond.app) >= 0.8 * bare,
    rounds: rounds.measured,
    seconds,
    connections,
    figures,
    printed: table(
      ['Callbacks', 'taken/s, median', 'slowest round', 'times HMAC and one insert'],
      figures.map((each) => [each.name, each.perSecond, each.slowestRound, each.timesBare]),
    ),
  };
}

async function webhookOf(environment: NodeJS.ProcessEnv): Promise<{ hookId: string; secret: string }> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const secrets = createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS));
  const hook = await createWebhookStore({ db, secrets, now: Date.now }).findOrCreate(tenantIdAt(0));
  await db.destroy();
  return { hookId: hook.hookId, secret: hook.secret() };
}

/** As SuperOffice sends one, each with an id of its own. */
function eventSignedWith(secret: string) {
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

async function keptIn(environment: NodeJS.ProcessEnv): Promise<{ app: number; peer: number }> {
  const client = new Client({ connectionString: String(environment.DATABASE_URL) });
  await client.connect();
  const { rows } = await client.query(
    'select (select count(*)::int from callbacks) as app, (select count(*)::int from received) as peer',
  );
  await client.end();
  return rows[0];
}
