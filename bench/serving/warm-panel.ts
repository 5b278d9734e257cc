import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, environmentOf } from './bench-database.ts';
import { type LoadResult, load, median } from './load.ts';
import { type Program, startApp, startPeer } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { rounded, table } from './table.ts';

const rounds = { warmUp: 1, measured: 5 };
const seconds = 4;
const connections = 10;
const peers = ['bare-http', 'fastify', 'express'];

/** The panel of somebody who opened it before, beside bare servers that print the same page each time. */
export async function warmPanel(benchDatabase: BenchDatabase) {
  const environment = await environmentOf(await benchDatabase.database('warm_panel'));
  await seedTenants(environment, { tenants: 1, users: 50 });
  const tenantId = tenantIdAt(0);
  const programs = new Map<string, Program>([['planlens', await startApp(environment)]]);
  for (const peer of peers)
    programs.set(peer, await startPeer(peer, { ...environment, benchTenantId: tenantId }));

  const headers = { cookie: sessionCookie(environment, { tenantId, associateId: 1 }) };
  const path = `/panel?uctx=${tenantId}&usid=1&lang=en`;
  await expectTheSamePage(programs, path, headers);
  const known = { ...headers, 'if-none-match': await tagOf(programs, path, headers) };
  const asked = [
    ...[...programs.keys()].map((name) => ({ name, program: name, headers, status: 200 })),
    { name: 'planlens, page known to the browser', program: 'planlens', headers: known, status: 304 },
  ];
  const measureLoad = new Map<string, LoadResult[]>(asked.map(({ name }) => [name, []]));
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { name, program, headers, status } of turned(asked, round + rounds.warmUp)) {
      const url = programs.get(program)?.url ?? '';
      const each = await load({ url, seconds, connections, status, request: () => ({ path, headers }) });
      if (round >= 0) measureLoad.get(name)?.push(each);
    }
  }
  for (const program of programs.values()) await program.stop();

  const perSecond = (name: string) => median((measureLoad.get(name) ?? []).map((each) => each.perSecond));
  const bare = perSecond('bare-http');
  const figures = asked.map(({ name }) => {
    const each = measureLoad.get(name) ?? [];
    return {
      name,
      perSecond: Math.round(perSecond(name)),
      slowestRound: Math.round(Math.min(...each.map((one) => one.perSecond))),
      p99: median(each.map((one) => one.p99)),
      timesBare: rounded(perSecond(name) / bare),
    };
  });
  return {
    name: 'Warm panel',
    goal: 'at least 1.0 times bare-http',
    met: perSecond('planlens') >= bare,
    rounds: rounds.measured,
    seconds,
    connections,
    figures,
    printed: table(
      ['Warm panel', 'pages/s, median', 'slowest round', 'p99, ms', 'times bare node:http'],
      figures.map((each) => [each.name, each.perSecond, each.slowestRound, each.p99, each.timesBare]),
    ),
  };
}

/** Otherwise different work would be compared. */
async function expectTheSamePage(
  programs: ReadonlyMap<string, Program>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const pages = new Set<string>();
  for (const [name, { url }] of programs) {
    const answer = await fetch(url + path, { headers, redirect: 'manual' });
    if (answer.status !== 200) throw new Error(`${name} answers ${answer.status}`);
    const nobody = await fetch(url + path, { redirect: 'manual' });
    if (nobody.status !== 302) throw new Error(`${name} shows the page to anybody`);
    pages.add(await answer.text());
  }
  if (pages.size !== 1) throw new Error('not all show the same page');
}

async function tagOf(
  programs: ReadonlyMap<string, Program>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { headers: answered } = await fetch(programs.get('planlens')?.url + path, { headers });
  return answered.get('etag') ?? '';
}

function turned<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
