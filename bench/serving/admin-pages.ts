import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import type { BenchDatabase } from './bench-database.ts';
import { install, prepareApp } from './install.ts';
import { median } from './load.ts';
import { startApp } from './processes.ts';
import { formatTable, round } from './table.ts';

const rounds = 30;
const warmUpRounds = 5;
const goalMs = 150;
/** A tenant of 5,000 users. */
const administrator = {
  tenantId: 'Cust20500',
  associateId: 1_000,
  userName: 'astrid.berg@nordhavn.example',
  isAdministrator: true,
};
const panel = `/panel?uctx=${administrator.tenantId}&usid=${administrator.associateId}&lang=en`;

/** The pages by name; the first is the one that the others are compared with. */
const pages: Readonly<Record<string, string>> = {
  'warm panel': panel,
  overview: '/admin',
  users: '/admin/users',
  'users, search and order': '/admin/users?search=an&sort=last-login&order=desc&page=3',
  'one user': '/admin/users/1003',
  seats: '/admin/seats?period=800',
  reclaim: '/admin/seats/reclaim',

  'access requests': '/admin/access-requests',
  'what if, form': '/admin/what-if',
  contract: '/admin/contract',
  history: '/admin/history',
};

/** Measures the administrators' pages of a tenant of 5,000 users with 800 days of records, one after the other. */
export async function adminPages(benchDatabase: BenchDatabase) {
  const { url, sandbox, environment } = await prepareApp(benchDatabase, 'admin_pages');
  const database = new Client({ connectionString: String(environment.DATABASE_URL) });
  await database.connect();
  const app = await startApp(environment);
  await install(app, sandbox, administrator);
  await untilListed(database);
  await seed(database);

  const cookie = sessionCookie(environment, administrator);
  const times = new Map<string, number[]>(Object.keys(pages).map((name) => [name, []]));
  for (let each = 0; each < warmUpRounds + rounds; each += 1) {
    for (const [name, path] of Object.entries(pages)) {
      const startedAt = performance.now();
      const response = await fetch(url + path, {
        headers: { accept: 'text/html', cookie },
        redirect: 'error',
      });
      await response.text();
      if (response.status !== 200) throw new Error(`${path} responded with ${response.status}`);
      if (each >= warmUpRounds) times.get(name)?.push(performance.now() - startedAt);
    }
  }
  const { resident } = await app.memory();
  await database.end();
  await app.stop();
  await sandbox.close();

  const base = median(times.get('warm panel') ?? []);
  const figures = [...times].map(([name, all]) => ({
    name,
    ms: round(median(all)),
    slowest: round(Math.max(...all)),
    timesPanel: round(median(all) / base),
    met: median(all) <= goalMs,
  }));
  return {
    name: 'Pages of administrators, 5,000 users',
    goal: `at most ${goalMs} ms`,
    met: figures.every(({ met }) => met),
    rounds,
    residentMb: Math.round(resident / 1e6),
    figures,
    printed: formatTable(
      ['Pages of administrators, 5,000 users', 'median, ms', 'slowest', 'times warm panel'],
      figures.map(({ name, ms, slowest, timesPanel }) => [name, ms, slowest, timesPanel]),
    ),
  };
}

async function untilListed(database: Client): Promise<void> {
  for (;;) {
    const { rows } = await database.query('select count(*)::integer as users from tenant_users');
    if (rows[0]?.users === 5_000) return;
    await sleep(200);
  }
}

/** 800 days of seat counts, 2,000 license changes and 500 open access requests. */
async function seed(database: Client): Promise<void> {
  const { tenantId } = administrator;
  await database.query(
    `insert into seat_counts (context_identifier, day, module, purchased, in_use)
     select $1, to_char(now() - make_interval(days => age), 'YYYY-MM-DD'), module, purchased, in_use - age % 50
     from seat_counts, generate_series(1, 799) as age on conflict do nothing`,
    [tenantId],
  );
  await database.query(
    `insert into license_changes (context_identifier, associate_id, detected_at, content)
     select $1, 1000 + each, now() - make_interval(hours => each),
       '{"kind":"user-plan","from":"Sales Premium","to":"Service Premium"}'
     from generate_series(1, 2000) as each`,
    [tenantId],
  );
  await database.query(
    `insert into access_requests (context_identifier, associate_id, requested_by, subject, reason, requested_at)
     select $1, 1000 + each, 'User ' || each,
       case when each % 2 = 0 then 'feature:knowledge-base' else 'feature:mailings' end, '', now()
     from generate_series(1, 500) as each`,
    [tenantId],
  );
  // As autovacuum does within a minute.
  await database.query('analyze');
}
