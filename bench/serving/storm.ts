import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { loadDesiredState } from '../../src/lifecycle/provisioning/desired-state.ts';
import { createTenantStore } from '../../src/tenants/tenant-store.ts';
import { freePort } from '../../test/support/free-port.ts';
import { publishedTenant, userWithPlan } from '../../test/unit/licensing/fixtures/tenants.ts';
import { type BenchDatabase, createEnvironment, root } from './bench-database.ts';
import { type ServerProcess, startApp, startSuperOffice } from './processes.ts';
import { openPanels, type StormUser, type Visit } from './storm-load.ts';
import { formatTable, round } from './table.ts';

/** `PLANLENS_STORM=100,10` is a small form: 100 users within 10 s. `PLANLENS_STORM_APP` is the folder of another version. */
const { PLANLENS_STORM, PLANLENS_STORM_APP, PLANLENS_STORM_ROWS } = process.env;
const [allUsers = 1_000, within = 60] = (PLANLENS_STORM ?? '1000,60').split(',').map(Number);
const folder = PLANLENS_STORM_APP ?? root;

const goalMs = 2_500;
const callMs = 100;
/** At least this many of the calls of a second that SuperOffice allows. */
const callsAllowed = 10;
const firstTenant = 800_000;
const plans = ['ten-sales', 'ten-service', 'ten-marketing'];

interface Storm {
  readonly name: string;
  readonly tenants: number;
  readonly users: number;
  readonly seconds: number;
  readonly processes: number;
  /** Whether their licenses and function rights are kept from a sign-in three days ago; else only the list has them. */
  readonly known: boolean;
}

const storms: readonly Storm[] = [
  { name: 'one tenant', tenants: 1, users: allUsers, seconds: within, processes: 1, known: true },
  { name: 'one tenant', tenants: 1, users: allUsers, seconds: within, processes: 3, known: true },
  {
    name: 'one tenant, first sign-in',
    tenants: 1,
    users: allUsers,
    seconds: within,
    processes: 3,
    known: false,
  },
  {
    name: 'one tenant, at once',
    tenants: 1,
    users: Math.ceil(allUsers * 0.3),
    seconds: 0,
    processes: 3,
    known: true,
  },
  { name: '50 tenants', tenants: 50, users: allUsers * 5, seconds: within, processes: 3, known: true },
];

/** Opens the panels of users whose sessions have ended, all within a minute. */
export async function storm(benchDatabase: BenchDatabase) {
  const rows = PLANLENS_STORM_ROWS?.split(',').map(Number);
  const figures = [];
  for (const [index, each] of storms.entries()) {
    if (rows === undefined || rows.includes(index)) figures.push(await measure(benchDatabase, each, index));
  }
  return {
    name: 'Storm of sign-ins',
    goal: `p95 at most ${goalMs} ms from SuperOffice's answer to the panel unless all come at once, no errors, at most ${callsAllowed} calls per second and tenant`,
    met: figures.every(({ met }) => met),
    callMs,
    figures,
    printed: formatTable(
      [
        'Storm',
        'users',
        'within, s',
        'processes',
        'errors',
        'p50, ms',
        'p95, ms',
        'p99, ms',
        'slowest',
        'from list',
        'calls before last panel',
        'calls/s of a tenant',
        'all read after, s',
        'CPU s: app',
        'load',
        'SuperOffice',
        'goal',
      ],
      figures.map((row) => [
        row.name,
        row.users,
        row.seconds,
        row.processes,
        row.errors,
        row.p50,
        row.p95,
        row.p99,
        row.slowest,
        row.fromList,
        row.callsBefore,
        row.mostPerSecond,
        row.allReadAfterSeconds ?? '-',
        row.cpu.app,
        row.cpu.load,
        row.cpu.superOffice,
        row.met ? 'met' : 'missed',
      ]),
    ),
  };
}

/** A SuperOffice whose tenants have installed the app, the environment of the app, and the users who are about to sign in. */
interface PreparedStorm {
  readonly environment: NodeJS.ProcessEnv;
  readonly superOffice: ServerProcess;
  readonly users: readonly StormUser[];
}

/** Fills a database for a storm, and starts its SuperOffice, which the caller stops. */
export async function prepareStorm(
  benchDatabase: BenchDatabase,
  database: string,
  each: Pick<Storm, 'tenants' | 'users' | 'known'>,
): Promise<PreparedStorm> {
  const superOfficePort = await freePort();
  const environment = await createEnvironment(await benchDatabase.ensureDatabase(database), {
    SUPEROFFICE_LOGIN_URL: `http://127.0.0.1:${superOfficePort}`,
    TRUSTED_PROXIES: 'loopback',
  });
  const perTenant = Math.ceil(each.users / each.tenants);
  await seed(environment, each, perTenant);
  const superOffice = await startSuperOffice({
    PORT: String(superOfficePort),
    DELAY_MS: String(callMs),
    USERS: String(perTenant),
    CLIENT_ID: String(environment.SUPEROFFICE_CLIENT_ID),
    CLIENT_SECRET: String(environment.SUPEROFFICE_CLIENT_SECRET),
    PRIVATE_KEY: String(environment.SUPEROFFICE_PRIVATE_KEY),
  });
  return { environment, superOffice, users: toUsers(each, perTenant) };
}

async function measure(benchDatabase: BenchDatabase, each: Storm, index: number) {
  const { environment, superOffice, users } = await prepareStorm(benchDatabase, `storm_${index}`, each);
  const apps: ServerProcess[] = [];
  for (let process = 0; process < each.processes; process += 1)
    apps.push(await startApp({ ...environment, PORT: String(await freePort()) }, { folder }));
  const cpuBefore = apps.map((app) => app.processorSeconds());
  const ownBefore = process.cpuUsage();
  const before = await readFigures(superOffice);
  const startedAt = Date.now();
  const visits = await openPanels(
    apps.map(({ url }) => Number(new URL(url).port)),
    users,
    each.seconds,
  );
  const own = process.cpuUsage(ownBefore);
  const after = await readFigures(superOffice);
  const allReadAfterSeconds = await untilRead(environment, each, startedAt);
  const end = await readFigures(superOffice);
  const cpuAfter = apps.map((app) => app.processorSeconds());
  for (const app of apps) await app.stop();
  await superOffice.stop();
  const result = summarize(visits);
  const app = cpuAfter.reduce((sum, seconds, process) => sum + seconds - (cpuBefore[process] ?? 0), 0);
  return {
    ...each,
    ...result,
    callsBefore: after.calls - before.calls,
    calls: end.calls - before.calls,
    operations: end.operations,
    mostPerSecond: end.mostPerSecond,
    allReadAfterSeconds,
    cpu: { app: round(app), load: round((own.user + own.system) / 1e6), superOffice: round(end.cpuSeconds) },
    met:
      result.errors === 0 &&
      (each.seconds === 0 || result.p95 <= goalMs) &&
      end.mostPerSecond <= callsAllowed,
  };
}

function summarize(visits: readonly Visit[]) {
  const failures = visits.flatMap(({ failure }) => failure ?? []);
  const shown = visits.filter(({ failure }) => failure === null);
  const at = (times: readonly number[], share: number) =>
    Math.round(
      times.toSorted((one, other) => one - other)[
        Math.min(times.length - 1, Math.floor(times.length * share))
      ] ?? Number.NaN,
    );
  const panel = shown.map(({ panelMs }) => panelMs);
  return {
    errors: failures.length,
    failures: countEach(failures),
    p50: at(panel, 0.5),
    p95: at(panel, 0.95),
    p99: at(panel, 0.99),
    slowest: at(panel, 1),
    callbackP95: at(
      shown.map(({ callbackMs }) => callbackMs),
      0.95,
    ),
    fromList: shown.filter(({ isFromList }) => isFromList).length,
  };
}

function countEach(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

function toUsers({ users, tenants }: Pick<Storm, 'tenants' | 'users'>, perTenant: number): StormUser[] {
  return Array.from({ length: users }, (_each, index) => {
    const tenant = index % tenants;
    const associateId = Math.floor(index / tenants) + 1;
    return {
      tenantId: `Cust${firstTenant + tenant}`,
      associateId: Math.min(associateId, perTenant),
      address: `10.1.${tenant}.1`,
    };
  });
}

/** When the function rights of all users are newer than the storm, s after its start; null if not within ten minutes. */
async function untilRead(
  environment: NodeJS.ProcessEnv,
  { users }: Storm,
  startedAt: number,
): Promise<number | null> {
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  await database.connect();
  // A version that does not tell reads them with the page.
  const sql = `select count(*)::int as read from license_snapshots where associate_id > 0 and read_at >= $1`;
  for (const deadline = startedAt + 600_000; Date.now() < deadline; await sleep(500)) {
    const { rows } = await database.query<{ read: number }>(sql, [new Date(startedAt)]);
    if ((rows[0]?.read ?? 0) < users && folder === root) continue;
    await database.end();
    return folder === root ? round((Date.now() - startedAt) / 1_000) : null;
  }
  await database.end();
  return null;
}

const figuresSchema = z.object({
  calls: z.number(),
  mostPerSecond: z.number(),
  operations: z.record(z.string(), z.number()),
  cpuSeconds: z.number(),
});

async function readFigures({ url }: ServerProcess) {
  return figuresSchema.parse(await (await fetch(`${url}/figures`)).json());
}

/** Installed tenants whose list and licenses were read 40 minutes ago, and whose users signed in three days ago or never. */
async function seed(
  environment: NodeJS.ProcessEnv,
  { tenants, known }: Pick<Storm, 'tenants' | 'known'>,
  perTenant: number,
): Promise<void> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const secrets = createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS));
  const store = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
  const { fingerprint } = loadDesiredState(join(root, 'manifest'), {
    publicUrl: String(environment.PUBLIC_URL),
    webhookErrorEmails: [],
  });
  const lock = {
    transaction: <T>(work: (transaction: typeof db) => Promise<T>) => db.transaction().execute(work),
  };
  for (let tenant = 0; tenant < tenants; tenant += 1) {
    const serial = String(firstTenant + tenant);
    const tenantId = `Cust${serial}`;
    await store.saveConsent({
      tenantId,
      companyName: `Company ${tenant}`,
      serial,
      systemToken: 'storm',
      associateId: 1,
    });
    await store.savePanels(tenantId, [], lock);
    await store.saveProvisioned(tenantId, fingerprint, lock);
  }
  await db.destroy();
  await seedUsers(environment, known, perTenant);
}

async function seedUsers(environment: NodeJS.ProcessEnv, known: boolean, perTenant: number): Promise<void> {
  const licenses = publishedTenant('premium');
  const contents = plans.map((plan) => ({ ...userWithPlan(licenses, plan), functionRights: [] }));
  const descriptions = plans.map(
    (plan) => licenses.modules.find(({ name }) => name === plan)?.description ?? '',
  );
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  await database.connect();
  await database.query(
    `update tenants set setup_started_at = null, next_reconcile_at = now() + interval '1 day',
      users_read_at = date_trunc('milliseconds', now()) - interval '40 minutes'`,
  );
  await database.query(
    `insert into license_snapshots (context_identifier, associate_id, format, read_at, content)
    select context_identifier, 0, 3, date_trunc('milliseconds', now()) - interval '40 minutes', $1::jsonb from tenants`,
    [JSON.stringify(licenses)],
  );
  await database.query(
    `insert into tenant_users (context_identifier, associate_id, name, user_plan, can_log_in, retired, listed_since)
    select context_identifier, n, 'User ' || n, ($1::text[])[1 + (n - 1) % 3], true, false, now() - interval '90 days'
    from tenants, generate_series(1, $2::int) n`,
    [descriptions, perTenant],
  );
  if (known)
    await database.query(
      `insert into license_snapshots (context_identifier, associate_id, format, read_at, content)
      select context_identifier, n, 3, date_trunc('milliseconds', now()) - interval '3 days',
        jsonb_set(($1::jsonb[])[1 + (n - 1) % 3], '{associateId}', to_jsonb(n))
      from tenants, generate_series(1, $2::int) n`,
      [contents.map((content) => JSON.stringify(content)), perTenant],
    );
  await database.query('vacuum analyze');
  await database.end();
}
