import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Sandbox } from '../../sandbox/start-sandbox.ts';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import type { BenchDatabase } from './bench-database.ts';
import { install, prepareApp } from './install.ts';
import { median } from './load.ts';
import { type ServerProcess, startApp } from './processes.ts';
import { formatTable } from './table.ts';

const rounds = 5;
const injectedMs = 100;
const panelUser = { tenantId: 'Cust20001', associateId: 101 };
const administrator = { tenantId: panelUser.tenantId, userName: 'kari.nygard@designteamet.example' };

interface Case {
  readonly name: string;
  readonly goalMs: number;
  /** Deletes data before the panel is opened. */
  readonly clear: (database: Client) => Promise<unknown>;
  /** Whether the app restarts as well, so that its memory is empty. */
  readonly restart: boolean;
}

const cases: readonly Case[] = [
  {
    name: 'ticket cached, licenses not cached',
    goalMs: 140,
    restart: false,
    async clear(database) {
      await database.query('delete from license_snapshots');
      const { tenantId, associateId } = panelUser;
      await database.query("select pg_notify('planlens_snapshots', unnest($1::text[]))", [
        [tenantId, `${tenantId}/${associateId}`],
      ]);
      await sleep(50);
    },
  },
  {
    name: 'nothing cached',
    goalMs: 260,
    restart: true,
    clear: (database) => database.query('truncate license_snapshots, tickets'),
  },
];

/** Measures the panel of a user who is not in memory, with 100 ms added to each SuperOffice call. */
export async function coldPanel(benchDatabase: BenchDatabase) {
  const { sandbox, environment } = await prepareApp(benchDatabase, 'cold_panel');
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  let app = await startApp(environment);
  await database.connect();
  await install(app, sandbox, administrator);
  const open = createPanelLoader(app, environment);
  await open();

  const figures = [];
  for (const { name, goalMs, clear, restart } of cases) {
    const times: number[] = [];
    const calls = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      // What the panel before has read may still be on its way to the database.
      await sleep(1_100);
      if (restart) await app.stop();
      await clear(database);
      if (restart) app = await startApp(environment);
      // Earlier calls count against the rate limit of ten calls per second.
      await sleep(1_100);
      sandbox.control.clearFaults();
      sandbox.control.delay({ ms: injectedMs });
      times.push(await open());
      calls.add(describeCalls(sandbox));
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
    goal: 'at most 140 ms, and 260 ms',
    met: figures.every(({ met }) => met),
    rounds,
    injectedMs,
    figures,
    printed: formatTable(
      ['Cold panel, 100 ms per call', 'median, ms', 'slowest', 'goal, ms', 'calls, + for concurrent calls'],
      figures.map((each) => [each.name, each.ms, each.slowest, each.goalMs, each.calls.join(' or ')]),
    ),
  };
}

function createPanelLoader({ url }: ServerProcess, environment: NodeJS.ProcessEnv): () => Promise<number> {
  const { tenantId, associateId } = panelUser;
  const cookie = sessionCookie(environment, panelUser);
  return async () => {
    const startedAt = performance.now();
    const page = await fetch(`${url}/panel?uctx=${tenantId}&usid=${associateId}&lang=en`, {
      headers: { cookie },
    });
    const html = await page.text();
    const took = performance.now() - startedAt;
    if (!html.includes('data-row=')) throw new Error(`panel responded with ${page.status}`);
    return took;
  };
}

/** The calls in order of arrival: `+` joins concurrent calls, `>` separates sequential ones. */
function describeCalls(sandbox: Sandbox): string {
  let last = Number.NEGATIVE_INFINITY;
  return sandbox.control
    .requests()
    .map(({ operation, at }) => {
      const isConcurrent = at - last < injectedMs * 0.8;
      last = at;
      return `${isConcurrent ? ' + ' : ' > '}${operation}`;
    })
    .join('')
    .slice(3);
}
