import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { openDatabase } from '../../src/database/database.ts';
import { createSnapshotStore } from '../../src/snapshots/snapshot-store.ts';
import { publishedTenant, userWithPlan } from '../../test/unit/licensing/fixtures/tenants.ts';
import type { BenchDatabase } from './bench-database.ts';
import { type InstalledTenants, installTenants } from './installed-tenants.ts';
import { measureLoad } from './load.ts';
import { startApp } from './processes.ts';
import { formatTable, round } from './table.ts';
import { createSignedEvent, findWebhooks } from './webhook-events.ts';

const events = 20_000;
const arriveWithinSeconds = 10;
const connections = 50;
/** The time from the first event until none is left, s. */
const goalSeconds = 60;
const giveUpAfterSeconds = 300;
/** SuperOffice may be called this often per second and tenant. */
const callLimit = 10;

/** Where the events come from. */
interface Storm {
  readonly name: string;
  readonly database: string;
  readonly tenants: number;
  /** The users of each tenant that the events are about. */
  readonly users: number;
  /** Whether all of them have opened their panel, so that their licenses are stored. */
  readonly known: boolean;
}

/** The storms of callbacks that are measured. */
export const storms: readonly Storm[] = [
  {
    name: 'one tenant, 1,000 users who have opened the panel',
    database: 'storm_known',
    tenants: 1,
    users: 1_000,
    known: true,
  },
  {
    name: 'one tenant, 20,000 users who have not',
    database: 'storm_unknown',
    tenants: 1,
    users: 20_000,
    known: false,
  },
  {
    name: '50 tenants of 50 users who have opened the panel',
    database: 'storm_tenants',
    tenants: 50,
    users: 50,
    known: true,
  },
];

/** 20,000 events in 10 s: when all are accepted, and when all are processed. */
export async function measureStorm(benchDatabase: BenchDatabase, storm: Storm) {
  const installed = await installTenants(benchDatabase, storm);
  const app = await startApp(installed.environment);
  const database = new Client({ connectionString: String(installed.environment.DATABASE_URL) });
  await database.connect();
  const count = async (sql: string) => Number((await database.query(sql)).rows[0].count);
  await untilNone(() => count('select count(*) from tenants where users_read_at is null'));
  if (storm.known) await storeLicenses(installed, storm.users);
  const webhooks = await findWebhooks(installed.environment, installed.tenantIds);
  await installed.takeRequests();
  const before = app.processorSeconds() + benchDatabase.processorSeconds();

  const startedAt = performance.now();
  const seconds = () => round((performance.now() - startedAt) / 1_000);
  let sent = 0;
  const { p99 } = await measureLoad({
    url: app.url,
    connections,
    amount: events,
    perSecond: events / arriveWithinSeconds,
    request() {
      const webhook = webhooks[sent % webhooks.length];
      const user = installed.firstUser + (Math.floor(sent / webhooks.length) % storm.users);
      sent += 1;
      if (webhook === undefined) throw new Error('no webhook');
      return createSignedEvent(webhook, user);
    },
  });
  const acceptedAfter = seconds();
  await untilNone(() =>
    count("select count(*) from pgboss.job where name = 'user-changes' and state < 'completed'"),
  );
  const processedAfter = seconds();

  const processorSeconds = app.processorSeconds() + benchDatabase.processorSeconds() - before;
  const calls = await installed.takeRequests();
  const stored = await count('select count(*) from callbacks');
  const deadLetters = await count("select count(*) from pgboss.job where name = 'dead-letters'");
  await database.end();
  await app.stop();
  await installed.stop();
  if (stored !== events || deadLetters > 0)
    throw new Error(`${stored} events stored, ${deadLetters} dead letters`);
  const callsPerSecond = highestRate(calls);
  return {
    name: storm.name,
    acceptedAfter,
    p99,
    processedAfter,
    calls: calls.length,
    callsPerSecond,
    processorMsPerEvent: round((processorSeconds * 1_000) / events),
    met: processedAfter <= goalSeconds && callsPerSecond <= callLimit,
  };
}

async function untilNone(count: () => Promise<number>): Promise<void> {
  for (const deadline = Date.now() + giveUpAfterSeconds * 1_000; (await count()) > 0; await sleep(250))
    if (Date.now() > deadline) throw new Error(`not processed within ${giveUpAfterSeconds} s`);
}

/** Stores licenses of users, as their sign-ins do. */
async function storeLicenses(
  { environment, tenantIds, firstUser }: InstalledTenants,
  users: number,
): Promise<void> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const store = createSnapshotStore(db);
  const licenses = userWithPlan(publishedTenant('premium'), 'ten-sales');
  for (const tenantId of tenantIds) {
    for (let associateId = firstUser; associateId < firstUser + users; associateId += 1) {
      const snapshot = { content: { ...licenses, associateId }, readAt: Date.now() };
      await store.saveUser(tenantId, snapshot, { associateId, knownBy: 'sign-in' });
    }
  }
  await db.destroy();
}

/** The most calls of one tenant that arrived within any second. */
function highestRate(calls: readonly { readonly tenantId: string; readonly at: number }[]): number {
  let highest = 0;
  for (const tenantId of new Set(calls.map((call) => call.tenantId))) {
    const at = calls.filter((call) => call.tenantId === tenantId).map((call) => call.at);
    for (const [first, start] of at.entries())
      highest = Math.max(highest, at.slice(first).findLastIndex((time) => time - start < 1_000) + 1);
  }
  return highest;
}

/** One row for each storm. */
export function formatStorms(figures: readonly Awaited<ReturnType<typeof measureStorm>>[]): string {
  return formatTable(
    [
      '20,000 events in 10 s',
      'accepted after, s',
      'p99, ms',
      'processed after, s',
      'calls to SuperOffice',
      'most calls per second and tenant',
      'processor time per event, ms',
      'goal',
    ],
    figures.map((each) => [
      each.name,
      each.acceptedAfter,
      each.p99,
      each.processedAfter,
      each.calls,
      each.callsPerSecond,
      each.processorMsPerEvent,
      `at most ${goalSeconds} s: ${each.met ? 'met' : 'missed'}`,
    ]),
  );
}
