import { Client } from 'pg';
import type { PgBoss } from 'pg-boss';
import { startBoss } from '../../src/coordination/jobs/boss.ts';
import { type JobQueue, openJobQueue } from '../../src/coordination/jobs/job-queue.ts';
import { measureQueueDepths } from '../../src/coordination/jobs/queue-depth.ts';
import { deleteJobsOfTenant } from '../../src/coordination/jobs/tenant-jobs.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { createEnqueueDueTenants } from '../../src/lifecycle/reconcile/reconcile-schedule.ts';
import { createLicenseHistory } from '../../src/snapshots/license-history.ts';
import { createSeatCountStore } from '../../src/snapshots/seat-count-store.ts';
import { createListSeatHolders } from '../../src/snapshots/seat-holders.ts';
import { createUserStore } from '../../src/snapshots/user-store.ts';
import { createAuditLog } from '../../src/tenants/audit-log.ts';
import { createCallbackIntake } from '../../src/tenants/callback-intake.ts';
import { createPurgeExpired } from '../../src/tenants/retention.ts';
import { createSessionCutoffStore } from '../../src/tenants/session-cutoff-store.ts';
import { createTenantStore } from '../../src/tenants/tenant-store.ts';
import { newKeyring } from '../../test/support/keyrings.ts';
import { formatTable } from '../serving/table.ts';

const tenants = 1_000_000;
/** Those due within a minute, if each is reconciled once an hour. */
const duePerMinute = Math.round(tenants / 60);
const fetches = 50;
const sample = 'Cust1500000';

interface Figure {
  readonly statement: string;
  readonly ms: number;
  readonly outcome: string;
}

/** How long statements that concern all tenants, or one of them, take with a million tenants. */
export async function measureMillion(url: string) {
  const db = await openDatabase(url, () => {});
  const jobs = await openJobQueue({ url, onJobAttempt: () => {}, onJobQueueFailed: () => {} });
  const boss = await startBoss({ url, isWorker: false, onFailed: () => {} });
  const seedSeconds = await seed(url);
  const figures: Figure[] = [];
  for (const [statement, run] of Object.entries(createStatements({ db, jobs, boss })))
    figures.push(await measure(statement, run));
  await boss.stop({ graceful: false });
  await jobs.close();
  await db.destroy();
  return {
    met: figures.every(({ outcome }) => outcome === 'done'),
    figures,
    seedSeconds,
    printed: formatTable(
      ['With a million tenants', 'ms', 'outcome'],
      figures.map((each) => [each.statement, each.ms, each.outcome]),
    ),
  };
}

async function measure(statement: string, run: () => Promise<unknown>): Promise<Figure> {
  const startedAt = performance.now();
  const outcome = await run().then(
    () => 'done',
    (error: Error) => error.message,
  );
  return { statement, ms: Math.round(performance.now() - startedAt), outcome };
}

/** The statements of the app, by what they do. Those of a tenant come last. */
function createStatements({ db, jobs, boss }: { db: Database; jobs: JobQueue; boss: PgBoss }) {
  const now = Date.now;
  const secrets = createSecretBox(newKeyring());
  const store = createTenantStore({ db, secrets, deleteJobs: deleteJobsOfTenant, now });
  const intake = createCallbackIntake({ db, jobs, now });
  const audit = createAuditLog({ db, now });
  const since = '2026-01-01';
  const day = new Date(now()).toISOString().slice(0, 10);
  return {
    [`enqueue the ${duePerMinute} tenants of a minute`]: createEnqueueDueTenants({ tenants: store, jobs }),
    [`fetch ${fetches} of these jobs, one by one`]: async () => {
      for (let each = 0; each < fetches; each += 1) await boss.fetch('reconciliations');
    },
    'a new version: make all tenants due within ten minutes': () =>
      store.scheduleOutdated('another', 600_000),
    'metrics: tenants by status': () => store.countByStatus(),
    'metrics: jobs by queue': () => measureQueueDepths(db),
    'purge: events': () => intake.purgeExpired(),
    'purge: audit log': () => audit.purgeExpired(),
    'purge: session cutoffs': () => createSessionCutoffStore({ db, now }).purgeExpired(),
    'purge: everything else': createPurgeExpired({ db, now }),
    'purge: tombstones': () => store.purgeTombstones(),
    'events of version 0.2': () => intake.adoptUnfinished(),
    'one tenant: read it': () => store.find(sample),
    'one tenant: its users': () => createUserStore({ db }).listByTenant(sample),
    'one tenant: seats that could be reclaimed': () => createListSeatHolders({ db })(sample, day),
    'one tenant: its history': () => createLicenseHistory({ db }).latest(sample, 50),
    'one tenant: its seats over time': () =>
      createSeatCountStore({ db, count: () => [] }).sumByDay(sample, { since, module: null }),
    'one tenant: its audit log': () => audit.latest(sample, 50),
    'one tenant: delete its jobs': () => deleteJobsOfTenant(db, sample),
    'one tenant: delete it': async () => {
      const tenant = await store.find(sample);
      if (tenant !== null) await store.purge(tenant, null);
    },
  };
}

/** Makes the rows in SQL: fewer of each tenant than after a year, see docs/scale.md. @returns how long it took, s */
async function seed(url: string): Promise<number> {
  const startedAt = performance.now();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('set synchronous_commit = off');
  for (const statement of seedStatements) await client.query(statement);
  await client.query('vacuum analyze');
  await client.end();
  return Math.round((performance.now() - startedAt) / 1_000);
}

const each = `generate_series(1, ${tenants}) as n`;
const id = `'Cust' || (1000000 + n)`;
const seedStatements = [
  // Due at any time of the hour, the first of them in the last minute.
  `insert into tenants (context_identifier, company_name, serial, system_token_encrypted, consented_by, consented_at,
    provisioned_at, provisioned_panels, provisioned_fingerprint, next_reconcile_at, users_read_at)
  select ${id}, 'Company ' || n, n::text, repeat('x', 120), 1, now(), now(), '[]', 'current',
    now() + (n::float / ${tenants} - 1.0 / 60) * interval '1 hour', now() from ${each}`,
  `insert into tenant_users (context_identifier, associate_id, name, user_plan, can_log_in)
  select ${id}, associate_id, 'Name ' || associate_id, 'ten-sales', true from ${each}, generate_series(1, 2) as associate_id`,
  `insert into seat_counts (context_identifier, day, module, purchased, in_use)
  select ${id}, day, 'ten-sales', 10, 5 from ${each}, unnest(array['2026-11-28', '2026-11-29', '2026-11-30']) as day`,
  `insert into license_changes (context_identifier, associate_id, detected_at, content)
  select ${id}, 1, now() - change * interval '100 days', '{"kind": "user-plan", "from": "", "to": "ten-sales"}'
  from ${each}, generate_series(1, 3) as change`,
  `insert into callbacks (context_identifier, event_id, content, received_at, due_at, processed_at)
  select ${id}, gen_random_uuid()::text, '{}', now() - event * interval '9 days', now(), now()
  from ${each}, generate_series(1, 3) as event`,
  `insert into audit_log (context_identifier, associate_id, at, content)
  select ${id}, 1, now() - entry * interval '100 days', '{"event": "signed-in", "isAdministrator": false}'
  from ${each}, generate_series(1, 3) as entry`,
  // What was reconciled within the last hour; pg-boss keeps it that long.
  `insert into pgboss.job (name, data, singleton_key, group_id, state, policy, created_on, started_on, completed_on, keep_until)
  select 'reconciliations', jsonb_build_object('tenantId', ${id}), ${id}, ${id}, 'completed', 'short', now(), now(), now(),
    now() + interval '1 year' from ${each}`,
];
