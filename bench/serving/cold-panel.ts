import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { freePort } from '../../test/support/free-port.ts';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, environmentOf } from './bench-database.ts';
import { median } from './load.ts';
import { type Program, startApp } from './processes.ts';
import { table } from './table.ts';

const rounds = 5;
const injectedMs = 100;
const reader = { tenantId: 'Cust20001', associateId: 101 };
const administrator = 'kari.nygard@designteamet.example';

interface Case {
  readonly name: string;
  readonly goalMs: number;
  /** What is forgotten before the panel is opened. */
  readonly forget: (database: Client) => Promise<unknown>;
  /** Whether the process is new too, and knows nothing the database does not. */
  readonly restart: boolean;
}

const cases: readonly Case[] = [
  {
    name: 'ticket known, licenses not',
    goalMs: 150,
    restart: false,
    async forget(database) {
      await database.query('delete from license_snapshots');
      const { tenantId, associateId } = reader;
      await database.query("select pg_notify('planlens_snapshots', unnest($1::text[]))", [
        [tenantId, `${tenantId}/${associateId}`],
      ]);
      await sleep(50);
    },
  },
  {
    name: 'nothing known',
    goalMs: 380,
    restart: true,
    forget: (database) => database.query('truncate license_snapshots, tickets'),
  },
];

/** The panel of a user of whom nothing is in memory, with SuperOffice answering every call 100 ms later. */
export async function coldPanel(benchDatabase: BenchDatabase) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const sandbox = await startSandbox({ appUrl: url });
  const environment = await environmentOf(await benchDatabase.database('cold_panel'), {
    PORT: String(port),
    PUBLIC_URL: url,
    SUPEROFFICE_LOGIN_URL: sandbox.url,
    SUPEROFFICE_CLIENT_ID: sandbox.clientId,
    SUPEROFFICE_CLIENT_SECRET: sandbox.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: sandbox.privateKeyPem,
  });
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  let app = await startApp(environment);
  await database.connect();
  await install(app, sandbox);
  const open = opener(app, environment);
  await open();

  const figures = [];
  for (const { name, goalMs, forget, restart } of cases) {
    const times: number[] = [];
    const calls = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      if (restart) await app.stop();
      await forget(database);
      if (restart) app = await startApp(environment);
      // The calls of the installation, or of the round before, count against the ten a second.
      await sleep(1_100);
      sandbox.control.clearFaults();
      sandbox.control.delay({ ms: injectedMs });
      times.push(await open());
      calls.add(callsOf(sandbox));
      sandbox.control.clearFaults();
    }
    const ms = Math.round(median(times));
    const slowest = Math.round(Math.max(...times));
    figures.push({ name, ms, slowest, goalMs, met: ms <= goalMs, calls: [...calls] });
  }
  await database.end();
  await app.stop();
  await sandbox.close();
  return {
    name: 'Cold panel',
    goal: 'at most 150 ms, and 380 ms',
    met: figures.every(({ met }) => met),
    rounds,
    injectedMs,
    figures,
    printed: table(
      [
        'Cold panel, 100 ms a call',
        'median, ms',
        'slowest',
        'goal, ms',
        'calls, + for those at the same time',
      ],
      figures.map((each) => [each.name, each.ms, each.slowest, each.goalMs, each.calls.join(' or ')]),
    ),
  };
}

async function install(app: Program, sandbox: Sandbox): Promise<void> {
  const cookieClient = createCookieClient();
  await cookieClient.get(`${sandbox.url}/login/as/${administrator}?next=/${reader.tenantId}/`);
  const asked = await cookieClient.get(`${app.url}/install`);
  const [, next = ''] = /name="next" value="([^"]+)"/.exec(asked.html) ?? [];
  let page = await cookieClient.post(`${sandbox.url}/login/consent`, { next: next.replaceAll('&amp;', '&') });
  while (page.html.includes('data-under-way')) {
    await sleep(100);
    page = await cookieClient.get(page.url);
  }
}

function opener({ url }: Program, environment: NodeJS.ProcessEnv): () => Promise<number> {
  const { tenantId, associateId } = reader;
  const cookie = sessionCookie(environment, reader);
  return async () => {
    const startedAt = performance.now();
    const page = await fetch(`${url}/panel?uctx=${tenantId}&usid=${associateId}&lang=en`, {
      headers: { cookie },
    });
    const html = await page.text();
    const took = performance.now() - startedAt;
    if (!html.includes('data-row=')) throw new Error(`the panel was answered with ${page.status}`);
    return took;
  };
}

/** The calls in the order they came in; those that came before the one before was answered stand together. */
function callsOf(sandbox: Sandbox): string {
  let last = Number.NEGATIVE_INFINITY;
  return sandbox.control
    .requests()
    .map(({ operation, at }) => {
      const isTogether = at - last < injectedMs * 0.8;
      last = at;
      return `${isTogether ? ' + ' : ' > '}${operation}`;
    })
    .join('')
    .slice(3);
}
