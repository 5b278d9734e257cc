import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { type LoadResult, measureLoad, median } from './load.ts';
import { type ServerProcess, startApp, startBaseline } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';

const rounds = { warmUp: 1, measured: 5 };
const seconds = 4;
const connections = 10;
const baselines = ['bare-http', 'fastify', 'express'];

/** Measures a cached panel against baseline servers that render the same page for each request. */
export async function warmPanel(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('warm_panel'));
  await seedTenants(environment, { tenants: 1, users: 50 });
  const tenantId = tenantIdAt(0);
  const servers = new Map<string, ServerProcess>([['planlens', await startApp(environment)]]);
  for (const baseline of baselines)
    servers.set(baseline, await startBaseline(baseline, { ...environment, BENCH_TENANT_ID: tenantId }));

  const headers = { cookie: sessionCookie(environment, { tenantId, associateId: 1 }) };
  const path = `/panel?uctx=${tenantId}&usid=1&lang=en`;
  await assertSamePage(servers, path, headers);
  const conditional = { ...headers, 'if-none-match': await readEtag(servers, path, headers) };
  const cases = [
    ...[...servers.keys()].map((name) => ({ name, server: name, headers, status: 200 })),
    {
      name: 'planlens, compressed with Brotli',
      server: 'planlens',
      headers: { ...headers, 'accept-encoding': 'br' },
      status: 200,
    },
    { name: 'planlens, page cached by the browser', server: 'planlens', headers: conditional, status: 304 },
  ];
  const results = new Map<string, LoadResult[]>(cases.map(({ name }) => [name, []]));
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { name, server, headers, status } of rotate(cases, round + rounds.warmUp)) {
      const url = servers.get(server)?.url ?? '';
      const each = await measureLoad({
        url,
        seconds,
        connections,
        status,
        request: () => ({ path, headers }),
      });
      if (round >= 0) results.get(name)?.push(each);
    }
  }
  for (const server of servers.values()) await server.stop();

  const perSecond = (name: string) => median((results.get(name) ?? []).map((each) => each.perSecond));
  const bare = perSecond('bare-http');
  const figures = cases.map(({ name }) => {
    const each = results.get(name) ?? [];
    return {
      name,
      perSecond: Math.round(perSecond(name)),
      slowestRound: Math.round(Math.min(...each.map((one) => one.perSecond))),
      p99: median(each.map((one) => one.p99)),
      timesBare: round(perSecond(name) / bare),
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
    printed: formatTable(
      ['Warm panel', 'pages/s, median', 'slowest round', 'p99, ms', 'times bare node:http'],
      figures.map((each) => [each.name, each.perSecond, each.slowestRound, each.p99, each.timesBare]),
    ),
  };
}

/** @throws {Error} unless all servers send the same page, and only with a session */
async function assertSamePage(
  servers: ReadonlyMap<string, ServerProcess>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const pages = new Set<string>();
  for (const [name, { url }] of servers) {
    const response = await fetch(url + path, { headers, redirect: 'manual' });
    if (response.status !== 200) throw new Error(`${name} responded with ${response.status}`);
    const withoutSession = await fetch(url + path, { redirect: 'manual' });
    if (withoutSession.status !== 302) throw new Error(`${name} sends the page without a session`);
    pages.add(await response.text());
  }
  if (pages.size !== 1) throw new Error('the servers send different pages');
}

async function readEtag(
  servers: ReadonlyMap<string, ServerProcess>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { headers: responseHeaders } = await fetch(servers.get('planlens')?.url + path, { headers });
  return responseHeaders.get('etag') ?? '';
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
