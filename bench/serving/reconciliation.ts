import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { BenchDatabase } from './bench-database.ts';
import { enqueueDueTenants, untilReconciled } from './due-tenants.ts';
import { type InstalledTenants, installTenants } from './installed-tenants.ts';
import { median } from './load.ts';
import { type ServerProcess, startApp } from './processes.ts';
import { formatTable, round } from './table.ts';

const tenants = 200;
const users = 50;
const rounds = 3;
const idleSeconds = 20;
/** How many tenants are reconciled in an hour, as many as there are. */
const perHour = 10_000;
/** The share of one core. */
const goal = 0.3;

/** What a round cost, per tenant. */
interface Cost {
  readonly appMs: number;
  readonly databaseMs: number;
  readonly calls: number;
  readonly transactions: number;
  readonly rowsWritten: number;
  readonly walBytes: number;
  readonly seconds: number;
}

/**
 * Measures the processor time of app and database for the scheduled reconciliation of tenants, of which SuperOffice reports the
 * same as an hour before, or another plan for one user of each.
 */
export async function reconciliation(benchDatabase: BenchDatabase) {
  const installed = await installTenants(benchDatabase, { database: 'reconciliation', tenants, users });
  const app = await startApp(installed.environment);
  const database = new Client({ connectionString: String(installed.environment.DATABASE_URL) });
  await database.connect();
  const context = { benchDatabase, installed, app, database };
  await untilReconciled(database);

  const unchanged: Cost[] = [];
  const changed: Cost[] = [];
  // The first round of each is a warm-up.
  for (let each = 0; each <= rounds; each += 1) {
    unchanged.push(await measureRound(context));
    await changeOnePlan(installed, each);
    changed.push(await measureRound(context));
  }
  const idleShare = await measureIdle(context);
  await database.end();
  await app.stop();
  await installed.stop();

  const figures = [
    { name: 'nothing has changed', ...medianCost(unchanged.slice(1)) },
    { name: 'one user of each tenant has another plan', ...medianCost(changed.slice(1)) },
  ].map((each) => ({
    ...each,
    share: round((((each.appMs + each.databaseMs) / 1_000) * perHour) / 3_600 + idleShare),
  }));
  return {
    name: 'Reconciliation',
    goal: `10,000 tenants an hour with at most ${goal * 100} % of one core`,
    met: figures.every(({ share }) => share <= goal),
    rounds,
    tenants,
    users,
    idleShare,
    figures,
    printed: formatFigures(figures, idleShare),
  };
}

interface Context {
  readonly benchDatabase: BenchDatabase;
  readonly installed: InstalledTenants;
  readonly app: ServerProcess;
  readonly database: Client;
}

/** Makes all tenants due and waits until each is reconciled. */
async function measureRound({ benchDatabase, installed, app, database }: Context): Promise<Cost> {
  await database.query('update tenants set next_reconcile_at = now()');
  await settle(database);
  await installed.takeRequests();
  const before = {
    app: app.processorSeconds(),
    server: benchDatabase.processorSeconds(),
    ...(await readActivity(database)),
  };
  const startedAt = performance.now();
  await enqueueDueTenants(installed.environment);
  await untilReconciled(database);
  const seconds = (performance.now() - startedAt) / 1_000;
  const calls = await installed.takeRequests();
  await settle(database);
  const after = {
    app: app.processorSeconds(),
    server: benchDatabase.processorSeconds(),
    ...(await readActivity(database)),
  };
  return {
    appMs: ((after.app - before.app) * 1_000) / tenants,
    databaseMs: ((after.server - before.server) * 1_000) / tenants,
    calls: calls.length / tenants,
    transactions: (after.transactions - before.transactions) / tenants,
    rowsWritten: (after.rowsWritten - before.rowsWritten) / tenants,
    walBytes: (after.walBytes - before.walBytes) / tenants,
    seconds,
  };
}

/** The share of a core that app and database take without anything to do. */
async function measureIdle({ benchDatabase, app }: Context): Promise<number> {
  const before = app.processorSeconds() + benchDatabase.processorSeconds();
  await sleep(idleSeconds * 1_000);
  return round((app.processorSeconds() + benchDatabase.processorSeconds() - before) / idleSeconds);
}

/** Gives one user of each tenant another plan. */
async function changeOnePlan(
  { control, tenantIds, firstUser }: InstalledTenants,
  turn: number,
): Promise<void> {
  const plan = turn % 2 === 0 ? 'ten-marketing' : 'ten-service';
  for (const tenant of tenantIds)
    await control('setPlan', { tenant, associateId: firstUser + 1 + turn, plan });
}

/** An idle backend publishes its statistics after ten seconds, or when asked to within a transaction. */
async function settle(database: Client): Promise<void> {
  await sleep(1_500);
  await database.query('select pg_stat_clear_snapshot()');
}

/** What the server has done since its start. */
async function readActivity(database: Client) {
  const { rows } = await database.query(`
    select xact_commit as transactions, tup_inserted + tup_updated + tup_deleted as "rowsWritten",
      pg_current_wal_lsn() - '0/0' as "walBytes"
    from pg_stat_database where datname = current_database()`);
  return {
    transactions: Number(rows[0].transactions),
    rowsWritten: Number(rows[0].rowsWritten),
    walBytes: Number(rows[0].walBytes),
  };
}

function medianCost(costs: readonly Cost[]): Cost {
  const of = (key: keyof Cost) => round(median(costs.map((cost) => cost[key])));
  return {
    appMs: of('appMs'),
    databaseMs: of('databaseMs'),
    calls: of('calls'),
    transactions: of('transactions'),
    rowsWritten: of('rowsWritten'),
    walBytes: of('walBytes'),
    seconds: of('seconds'),
  };
}

function formatFigures(
  figures: readonly (Cost & { readonly name: string; readonly share: number })[],
  idleShare: number,
): string {
  return formatTable(
    [
      'Reconciliation of a tenant',
      'app, ms',
      'PostgreSQL, ms',
      'calls to SuperOffice',
      'transactions',
      'rows written',
      'WAL, kB',
      '10,000 an hour, share of one core',
      'goal',
    ],
    [
      ...figures.map((each) => [
        each.name,
        each.appMs,
        each.databaseMs,
        each.calls,
        each.transactions,
        each.rowsWritten,
        round(each.walBytes / 1_000),
        each.share,
        `at most ${goal}: ${each.share <= goal ? 'met' : 'missed'}`,
      ]),
      ['nothing to do, in every row', '', '', '', '', '', '', idleShare, ''],
    ],
  );
}
