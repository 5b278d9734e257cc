import { sessionCookie } from '../../test/support/session-cookie.ts';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { type LoadResult, measureLoad, median } from './load.ts';
import { type ServerProcess, startApp, startBaseline } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';

const rounds = { warmUp: 1, measured: 5 };
const seconds = 4;
const connections = 10;
/** Servers in processes of their own, by the file in `baselines/`. */
const baselines = {
  'constant-page': 'bare node:http, constant bytes',
  'compiled-template': 'bare node:http, compiled template',
  'bare-http': 'bare node:http, our templates',
  fastify: 'fastify, our templates',
  express: 'express, our templates',
} as const;
/** Times the server with constant bytes: pages per second at least, p99 at most. */
const goals = { pages: 0.7, p99: 2 };

const brotli = { 'accept-encoding': 'br' };

interface Case {
  readonly name: string;
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** The case that it is compared with: the same bytes, constant. */
  readonly limit: string;
}

const constantPlain = baselines['constant-page'];
const constantBrotli = `${constantPlain}, Brotli`;

/** Measures a cached panel against servers that send the same bytes, constant or rendered for each request. */
export async function warmPanel(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('warm_panel'));
  await seedTenants(environment, { tenants: 1, users: 50 });
  const tenantId = tenantIdAt(0);
  const servers = new Map<string, ServerProcess>([['planlens', await startApp(environment)]]);
  for (const [file, name] of Object.entries(baselines))
    servers.set(name, await startBaseline(file, { ...environment, BENCH_TENANT_ID: tenantId }));

  const headers = { cookie: sessionCookie(environment, { tenantId, associateId: 1 }) };
  const path = `/panel?uctx=${tenantId}&usid=1&lang=en`;
  await assertSamePage(servers, path, headers);
  const cases = createCases(servers, headers, await readEtag(servers, path, headers));
  const results = new Map<string, LoadResult[]>(cases.map(({ name }) => [name, []]));
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { name, server, headers, status } of rotate(cases, round + rounds.warmUp)) {
      const url = servers.get(server)?.url ?? '';
      const request = () => ({ path, headers });
      const each = await measureLoad({ url, seconds, connections, status, request });
      if (round >= 0) results.get(name)?.push(each);
    }
  }
  for (const server of servers.values()) await server.stop();
  return report(cases, results);
}

function createCases(
  servers: ReadonlyMap<string, ServerProcess>,
  headers: Readonly<Record<string, string>>,
  etag: string,
): readonly Case[] {
  const plain = { headers, status: 200, limit: constantPlain };
  const compressed = { headers: { ...headers, ...brotli }, status: 200, limit: constantBrotli };
  return [
    ...[...servers.keys()].map((name) => ({ name, server: name, ...plain })),
    { name: 'planlens, Brotli', server: 'planlens', ...compressed },
    { name: constantBrotli, server: constantPlain, ...compressed },
    {
      name: 'planlens, page cached by the browser',
      server: 'planlens',
      headers: { ...headers, 'if-none-match': etag },
      status: 304,
      limit: constantBrotli,
    },
  ];
}

function report(cases: readonly Case[], results: ReadonlyMap<string, readonly LoadResult[]>) {
  const medianOf = (name: string, figure: 'perSecond' | 'p99') =>
    median((results.get(name) ?? []).map((each) => each[figure]));
  const figures = cases.map(({ name, limit }) => ({
    name,
    perSecond: Math.round(medianOf(name, 'perSecond')),
    slowestRound: Math.round(Math.min(...(results.get(name) ?? []).map((one) => one.perSecond))),
    p99: medianOf(name, 'p99'),
    timesConstant: round(medianOf(name, 'perSecond') / medianOf(limit, 'perSecond')),
    timesP99: round(medianOf(name, 'p99') / medianOf(limit, 'p99')),
    timesRendered: round(medianOf(name, 'perSecond') / medianOf(baselines['bare-http'], 'perSecond')),
  }));
  const own = figures.filter(({ name }) => name.startsWith('planlens'));
  const met = own.every((each) => each.timesConstant >= goals.pages && each.timesP99 <= goals.p99);
  const goal = `at least ${goals.pages} times the pages of constant bytes, p99 at most ${goals.p99} times`;
  return {
    name: 'Warm panel',
    goal,
    met,
    rounds: rounds.measured,
    seconds,
    connections,
    figures,
    printed: `${formatTable(
      [
        'Warm panel',
        'pages/s, median',
        'slowest round',
        'p99, ms',
        'times constant bytes',
        'p99, times constant bytes',
        'times our templates',
      ],
      figures.map((each) => [
        each.name,
        each.perSecond,
        each.slowestRound,
        each.p99,
        each.timesConstant,
        each.timesP99,
        each.timesRendered,
      ]),
    )}\n\nGoal: ${goal}. ${met ? 'Met.' : 'Missed.'}`,
  };
}

/** @throws {Error} unless all servers send the same page, and only with a session, and the same bytes in Brotli */
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
  const compressed = new Set<string | null>();
  for (const name of ['planlens', constantPlain]) {
    const response = await fetch(servers.get(name)?.url + path, { headers: { ...headers, ...brotli } });
    pages.add(await response.text());
    compressed.add(`${response.headers.get('content-encoding')} ${response.headers.get('content-length')}`);
  }
  if (pages.size !== 1 || compressed.size !== 1) throw new Error('the servers compress differently');
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
