import { Client } from 'pg';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, createEnvironment } from '../serving/bench-database.ts';
import { enqueueDueTenants, untilReconciled } from '../serving/due-tenants.ts';
import { installTenants } from '../serving/installed-tenants.ts';
import { measureLoad } from '../serving/load.ts';
import { seedTenants, tenantIdAt } from '../serving/seed.ts';
import { prepareStorm } from '../serving/storm.ts';
import { openPanels } from '../serving/storm-load.ts';
import { createSignedEvent, findWebhooks } from '../serving/webhook-events.ts';

/** What a profiled server does. */
export interface Scenario {
  readonly name: string;
  /** Makes its database and everything around it. */
  prepare(benchDatabase: BenchDatabase): Promise<PreparedScenario>;
}

/** A scenario whose server can be started. */
export interface PreparedScenario {
  readonly environment: NodeJS.ProcessEnv;
  /** Runs before the profile is taken; absent if the profile is that of the start. */
  readonly warmUp?: (url: string) => Promise<unknown>;
  /** Runs while the profile is taken. */
  readonly load?: (url: string) => Promise<unknown>;
  readonly end?: () => Promise<unknown>;
}

const seconds = 5;

/** The benchmarks of which a profile is taken. */
export const scenarios: readonly Scenario[] = [
  { name: 'warm panel', prepare: prepareWarmPanel },
  { name: 'first view of a user', prepare: prepareFirstViews },
  { name: 'cold panel', prepare: prepareColdPanels },
  { name: 'storm of sign-ins', prepare: prepareSignIns },
  { name: 'callbacks', prepare: prepareCallbacks },
  { name: 'reconciliation', prepare: prepareReconciliation },
  { name: 'start', prepare: prepareStart },
];

async function prepareWarmPanel(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('profile_warm'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const request = () => panelRequest(environment, tenantIdAt(0), 1);
  const load = (url: string) => measureLoad({ url, seconds, connections: 10, request });
  return { environment, warmUp: load, load };
}

/** Licenses of all users are stored; nobody has opened the panel. */
async function prepareFirstViews(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('profile_first'));
  const [tenants, users] = [400, 50];
  await seedTenants(environment, { tenants, users });
  let next = 0;
  const request = () => {
    next += 1;
    return panelRequest(environment, tenantIdAt(next % tenants), 1 + (Math.floor(next / tenants) % users));
  };
  const load = (url: string) => measureLoad({ url, seconds, connections: 4, request });
  return { environment, warmUp: load, load };
}

/** Nothing is stored of anybody; SuperOffice is asked. */
async function prepareColdPanels(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const installed = await installTenants(benchDatabase, {
    database: 'profile_cold',
    tenants: 100,
    users: 50,
  });
  const { environment, tenantIds, firstUser } = installed;
  let next = 0;
  const request = () => {
    next += 1;
    const tenantId = tenantIds[next % tenantIds.length] ?? '';
    return panelRequest(environment, tenantId, firstUser + (Math.floor(next / tenantIds.length) % 50));
  };
  const load = (url: string) => measureLoad({ url, amount: 1_000, connections: 10, request });
  return { environment, warmUp: () => untilInstalled(environment), load, end: installed.stop };
}

/** The sessions of all users have ended. Each load signs in other users, whose data are read afterwards. */
async function prepareSignIns(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const perLoad = 300;
  const storm = { tenants: 10, users: 3 * perLoad, known: true };
  const { environment, superOffice, users } = await prepareStorm(benchDatabase, 'profile_storm', storm);
  let signedIn = 0;
  const load = async (url: string) => {
    const next = users.slice(signedIn, signedIn + perLoad);
    signedIn += perLoad;
    const visits = await openPanels([Number(new URL(url).port)], next, seconds);
    const failed = visits.find(({ failure }) => failure !== null);
    if (failed !== undefined) throw new Error(`a sign-in failed: ${failed.failure}`);
  };
  return { environment, warmUp: load, load, end: superOffice.stop };
}

async function prepareCallbacks(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('profile_callbacks'));
  await seedTenants(environment, { tenants: 50, users: 1 });
  const webhooks = await findWebhooks(
    environment,
    Array.from({ length: 50 }, (_each, index) => tenantIdAt(index)),
  );
  let sent = 0;
  const request = () => {
    const webhook = webhooks[sent % webhooks.length];
    sent += 1;
    if (webhook === undefined) throw new Error('no webhook');
    return createSignedEvent(webhook, 1 + (sent % 1_000));
  };
  const load = (url: string) => measureLoad({ url, seconds, connections: 50, request });
  return { environment, warmUp: load, load };
}

async function prepareReconciliation(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const installed = await installTenants(benchDatabase, {
    database: 'profile_reconcile',
    tenants: 200,
    users: 50,
  });
  const { environment } = installed;
  const load = async () => {
    await withDatabase(environment, (database) =>
      database.query('update tenants set next_reconcile_at = now()'),
    );
    await enqueueDueTenants(environment);
    await untilInstalled(environment);
  };
  return { environment, warmUp: () => untilInstalled(environment), load, end: installed.stop };
}

async function prepareStart(benchDatabase: BenchDatabase): Promise<PreparedScenario> {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('profile_start'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  return { environment };
}

function panelRequest(environment: NodeJS.ProcessEnv, tenantId: string, associateId: number) {
  return {
    path: `/panel?uctx=${tenantId}&usid=${associateId}&lang=en`,
    headers: { cookie: sessionCookie(environment, { tenantId, associateId }) },
  };
}

function untilInstalled(environment: NodeJS.ProcessEnv): Promise<void> {
  return withDatabase(environment, untilReconciled);
}

async function withDatabase<T>(
  environment: NodeJS.ProcessEnv,
  work: (database: Client) => Promise<T>,
): Promise<T> {
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  await database.connect();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}
