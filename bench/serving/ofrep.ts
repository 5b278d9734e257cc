import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { createApiKeyStore } from '../../src/tenants/api-key-store.ts';
import { createApiKeyUses } from '../../src/tenants/api-key-uses.ts';
import { createApiKey } from '../../test/support/api-keys.ts';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import { measureStreams } from './flag-streams.ts';
import { measureInProcess } from './flags-in-process.ts';
import { type LoadResult, measureLoad, median } from './load.ts';
import { ownHeaders } from './own-headers.ts';
import { appOptions, type ServerProcess, startApp, startBaseline } from './processes.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';

const rounds = { warmUp: 1, measured: 11 };
const seconds = 4;
const connections = 10;
/** Of the issue that the API was built for: answers per second on two cores, and times the bare server. */
const goals = { perSecond: 5_000, timesBare: 0.8, streamMegabytes: 100, noticeSeconds: 2 };
const streams = 1_000;

const allFlags = '/ofrep/v1/evaluate/flags';
const oneFlag = `${allFlags}/knowledge-base`;
const body = JSON.stringify({ context: { targetingKey: '1' } });

interface Round extends LoadResult {
  /** Processor time of the server per answer, µs. */
  readonly processorUs: number;
}

/**
 * Measures the evaluation of a warm user over HTTP beside a bare server that sends the same bytes after the same check of the
 * key, and open event streams.
 */
export async function ofrep(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('ofrep'), {
    TRUSTED_PROXIES: 'loopback',
    API_REQUESTS_PER_SECOND: '1000000',
  });
  await seedTenants(environment, { tenants: 1, users: streams });
  const key = await makeKey(environment);
  const app = await startApp(environment);
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const open = await measureStreams({ app, environment, headers, tenantId: tenantIdAt(0), streams });
  const folder = await mkdtemp(join(tmpdir(), 'planlens-bench-'));
  const file = join(folder, 'answers.json');
  await writeFile(file, JSON.stringify(await readAnswers(app, key, headers)));
  const startBare = (more: NodeJS.ProcessEnv) =>
    startBaseline('bare-flags', { ...environment, BENCH_ANSWERS: file, ...more }, appOptions);
  const bares = {
    'bare node:http': await startBare({}),
    'bare, reads the context': await startBare({ BENCH_READS_CONTEXT: 'yes' }),
    'bare, writes together': await startBare({ BENCH_WRITES_TOGETHER: 'yes' }),
  };
  const servers = { planlens: app, ...bares };

  const results = new Map<string, Round[]>();
  const cases = [allFlags, oneFlag].flatMap((path) =>
    Object.entries(servers).map(([name, server]) => ({ name: `${name} ${path}`, server, path })),
  );
  for (let each = -rounds.warmUp; each < rounds.measured; each += 1) {
    for (const { name, server, path } of rotate(cases, each + rounds.warmUp)) {
      const request = () => ({ method: 'POST' as const, path, headers, body });
      const before = server.processorSeconds();
      const result = await measureLoad({ url: server.url, seconds, connections, request });
      const processorUs = ((server.processorSeconds() - before) / result.total) * 1e6;
      if (each >= 0) results.set(name, [...(results.get(name) ?? []), { ...result, processorUs }]);
    }
  }
  for (const server of Object.values(servers)) await server.stop();
  await rm(folder, { recursive: true });
  return report(results, open, await measureInProcess());
}

async function makeKey(environment: NodeJS.ProcessEnv): Promise<string> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const uses = createApiKeyUses({ db, now: Date.now, onFailed: () => {} });
  const key = await createApiKey(createApiKeyStore({ db, uses, now: Date.now }), { tenantId: tenantIdAt(0) });
  await db.destroy();
  return key;
}

/** The answers of the app, heads included, which the bare server repeats. @throws {Error} if the app refuses one */
async function readAnswers(app: ServerProcess, key: string, headers: Readonly<Record<string, string>>) {
  const answers: Record<string, { readonly headers: readonly string[]; readonly text: string }> = {};
  for (const path of [allFlags, oneFlag]) {
    const response = await fetch(app.url + path, {
      method: 'POST',
      headers: { ...headers, 'accept-encoding': 'identity' },
      body,
    });
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    answers[path] = { headers: ownHeaders(response), text: await response.text() };
  }
  return { keyHash: createHash('sha256').update(key).digest('base64url'), answers };
}

function report(
  results: ReadonlyMap<string, readonly Round[]>,
  open: Awaited<ReturnType<typeof measureStreams>>,
  inProcess: Awaited<ReturnType<typeof measureInProcess>>,
) {
  const perSecond = (name: string) => median((results.get(name) ?? []).map((each) => each.perSecond));
  const figures = [...results].map(([name, each]) => {
    const [server, path] = [name.slice(0, name.lastIndexOf(' ')), name.slice(name.lastIndexOf(' ') + 1)];
    return {
      server,
      answer: path === allFlags ? 'all flags' : 'one flag',
      perSecond: Math.round(perSecond(name)),
      slowestRound: Math.round(Math.min(...each.map((one) => one.perSecond))),
      p99: median(each.map((one) => one.p99)),
      processorUs: round(median(each.map((one) => one.processorUs))),
      timesBare: round(perSecond(name) / perSecond(`bare node:http ${path}`)),
    };
  });
  const own = figures.filter(({ server }) => server === 'planlens');
  const met =
    own.every((each) => each.perSecond >= goals.perSecond && each.timesBare >= goals.timesBare) &&
    open.megabytes <= goals.streamMegabytes &&
    open.noticeSeconds <= goals.noticeSeconds;
  return {
    name: 'Flags over HTTP',
    goals,
    met,
    rounds: rounds.measured,
    seconds,
    connections,
    figures,
    streams: open,
    inProcess,
    printed: [
      formatTable(
        [
          'Flags of a warm user',
          'answer',
          'answers/s, median',
          'slowest round',
          'p99, ms',
          'processor per answer, µs',
          'times bare node:http',
        ],
        figures.map((each) => [
          each.server,
          each.answer,
          each.perSecond,
          each.slowestRound,
          each.p99,
          each.processorUs,
          each.timesBare,
        ]),
      ),
      formatTable(
        [
          'Event streams',
          'resident memory more, MB',
          'KB per stream',
          'until the last one heard of a change, s',
        ],
        [[open.streams, open.megabytes, open.kilobytesEach, open.noticeSeconds]],
      ),
      formatTable(
        ['In the process of the caller, without HTTP', 'answers/s'],
        inProcess.map(({ name, perSecond: each }) => [name, each]),
      ),
    ].join('\n\n'),
  };
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
