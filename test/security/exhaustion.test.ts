import { readFileSync } from 'node:fs';
import { type Agent, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { migratedDatabase, runStatement } from '../support/database.ts';
import { startFlood } from '../support/flood.ts';
import type { FloodOptions } from '../support/flood-process.ts';
import { freePort } from '../support/free-port.ts';
import { isLongForm } from '../support/long-form.ts';
import { appEnvironment, install, panelUrl, type TestUser, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { openConnection, sendRaw } from './raw-http.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

let sandbox: Sandbox;
let server: ServerProcess;
let url: string;
let databaseUrl: string;
let agent: Agent;
let environment: NodeJS.ProcessEnv;
let cookies: { readonly user: string };

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const publicUrl = `http://localhost:${port}`;
  sandbox = await startSandbox({ appUrl: publicUrl });
  databaseUrl = await migratedDatabase();
  environment = { ...appEnvironment(publicUrl, sandbox, databaseUrl), LOG_LEVEL: 'error' };
  server = spawnServer(environment);
  await untilReady(publicUrl);
  await install({ sandbox, url: publicUrl });
  cookies = {
    user: sessionCookie(environment, salesPremium),
  };
  agent = new HttpAgent({ keepAlive: true });
});
afterAll(async () => {
  agent.destroy();
  server.child.kill('SIGKILL');
  await server.ended();
  await sandbox.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly ms: number;
}

/** Requests a path without following redirects. A broken connection has status 0. */
function get(
  path: string,
  headers: Record<string, string> = {},
  options: { readonly agent?: Agent; readonly method?: string; readonly body?: string } = {},
): Promise<Answer> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const { body = '', method = 'GET' } = options;
    const outgoing = httpRequest(
      url + path,
      { method, headers, agent: options.agent ?? agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', () => {});
        response.on('close', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text: Buffer.concat(chunks).toString(), ms: performance.now() - begun });
        });
      },
    );
    outgoing.on('error', () => resolve({ status: 0, headers: {}, text: '', ms: performance.now() - begun }));
    outgoing.end(body);
  });
}

const panelPath = () => panelUrl({ url }, salesPremium).slice(url.length);
/** From another address than the attacks. */
const openPanel = () => get(panelPath(), { cookie: cookies.user, 'x-forwarded-for': '203.0.113.1' });

/** The resident memory of the server, MB: now (`VmRSS`), or the most so far (`VmHWM`). */
function residentMb(field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
}

function report(attack: string, figures: object): void {
  process.stdout.write(`${JSON.stringify({ attack, ...figures })}\n`);
}

/** Another client behind the trusted proxy, as the proxy reports it. */
const clientNumber = (number: number) => ({
  'x-forwarded-for': `198.18.${Math.floor(number / 250) % 250}.${(number % 250) + 1}`,
});

/** Opens connections that send a request without the last byte of its body, each from a client of its own. */
async function holdBodies(
  count: number,
  path: string,
  bodyBytes: number,
  toClient = (index: number) => index,
): Promise<{ readonly sockets: readonly Socket[]; responses(): readonly string[] }> {
  const responses: string[] = [];
  const body = Buffer.alloc(bodyBytes - 1, ' ');
  const sockets = Array.from({ length: count }, (_each, index) => {
    const socket = openConnection(url);
    const forwarded = clientNumber(toClient(index))['x-forwarded-for'];
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      responses[index] ??= String(chunk).slice(9, 12);
    });
    socket.on('connect', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${forwarded}\r\nContent-Type: application/json\r\nContent-Length: ${bodyBytes}\r\n\r\n`,
      );
      socket.write(body);
    });
    return socket;
  });
  return { sockets, responses: () => responses.filter(Boolean) };
}

/** Calls `measure` one after the other for some seconds. @returns the results */
async function repeat<T>(seconds: number, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
    results.push(await measure());
    await sleep(50);
  }
  return results;
}

const latencies = (answers: readonly Answer[]) => {
  const sorted = answers.map(({ ms }) => Math.round(ms)).sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
};

describe('bodies of callbacks', () => {
  const made = 'x'.repeat(43);

  it('of unknown webhooks are refused before they are read', async () => {
    const count = isLongForm ? 4_000 : 100;
    const before = residentMb();
    const { sockets, responses } = await holdBodies(count, `/callbacks/webhooks/${made}`, 250_001);
    const open = () => sockets.filter(({ readyState }) => readyState !== 'closed').length;
    await expect
      .poll(open, { timeout: 60_000 })
      .toBe(0)
      .catch(() => {});
    const left = open();
    report('bodies of unknown webhooks', {
      connections: count,
      held: left,
      residentBeforeMb: before,
      residentMb: residentMb(),
      readyz: (await get('/readyz')).status,
    });
    for (const socket of sockets) socket.destroy();
    expect(left).toBe(0);
    // A client that still sends when the connection is closed may not see the response.
    expect(new Set(responses())).toEqual(new Set(['404']));
  });

  it('of state changes are received from few clients at once', async () => {
    const { sockets, responses } = await holdBodies(300, '/callbacks/state-change', 32_000);
    await expect.poll(() => responses().length).toBe(100);
    expect(new Set(responses())).toEqual(new Set(['429']));
    expect((await openPanel()).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    const stateChange = () => get('/callbacks/state-change', {}, { method: 'POST', body: '{}' });
    await expect.poll(async () => (await stateChange()).status).toBe(400);
  });

  it('of one client do not keep out the state changes of SuperOffice', async () => {
    const { sockets, responses } = await holdBodies(255, '/callbacks/state-change', 1_000, () => 1);
    await expect.poll(() => responses().length).toBe(205);
    const notice = { tenant: tenantId, changeType: 3 };
    expect(await sandbox.control.sendStateChange(notice)).toEqual({ status: 200 });
    for (const socket of sockets) socket.destroy();
  });

  it.each([
    ['before the app', ''],
    ['in the app', '?'],
  ])('of a known webhook are received from one client within its limits: %s', async (_where, query) => {
    const [hook] = await rowsIn(databaseUrl, 'webhooks');
    const path = `/callbacks/webhooks/${hook?.hook_id}${query}`;
    expect((await get(path, {}, { method: 'POST' })).status).toBe(401);
    const { sockets, responses } = await holdBodies(300, path, 1_000, () => 1);
    await expect.poll(() => responses().length).toBe(300 - 256);
    expect(new Set(responses())).toEqual(new Set(['429']));
    for (const socket of sockets) socket.destroy();
    const pipelined = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`.repeat(9);
    expect((await sendRaw(url, pipelined)).status).toBe(0);
  });

  it.each(['/callbacks/state-change', `/callbacks/webhooks/known`])(
    'larger than 32 kB are cut off, declared or chunked: %s',
    async (path) => {
      const [hook] = await rowsIn(databaseUrl, 'webhooks');
      const to = path.replace('known', String(hook?.hook_id));
      const declared = openConnection(url);
      const chunked = openConnection(url);
      const statuses: string[] = [];
      for (const socket of [declared, chunked]) {
        socket.on('error', () => {});
        socket.on('data', (chunk) => void statuses.push(String(chunk).slice(9, 12)));
      }
      const head = `POST ${to} HTTP/1.1\r\nHost: x\r\n`;
      declared.write(`${head}Content-Length: 32769\r\n\r\n`);
      const piece = `1000\r\n${' '.repeat(4_096)}\r\n`;
      chunked.write(`${head}Transfer-Encoding: chunked\r\n\r\n${piece.repeat(9)}`);
      await expect.poll(() => statuses.filter((status) => status === '413').length).toBe(2);
      await expect
        .poll(() => [declared, chunked].every(({ readyState }) => readyState !== 'open'))
        .toBe(true);
    },
  );
});

describe('connections without a request', () => {
  it('are closed after the time to send one', async () => {
    const count = 500;
    let closed = 0;
    const sockets = Array.from({ length: count }, () => openConnection(url).on('error', () => {}));
    const countClosed = () => {
      closed += 1;
    };
    for (const socket of sockets) socket.resume().on('close', countClosed);
    const begun = performance.now();
    await expect.poll(() => closed, { timeout: 60_000 }).toBe(count);
    const ms = Math.round(performance.now() - begun);
    report('connections without a request', { connections: count, ms });
    expect(ms).toBeLessThan(25_000);
  });
});

describe('made-up sign-ins', () => {
  /** Begins a sign-in and completes it with a code that SuperOffice never issued. */
  async function sendJunkCode(headers: Record<string, string>): Promise<number> {
    const body = JSON.stringify({ uctx: tenantId, usid: '101', lang: 'en', challenge: 'c'.repeat(43) });
    const own = { origin: String(environment.PUBLIC_URL), 'content-type': 'application/json' };
    const begun = await get('/panel/sign-in', { ...own, ...headers }, { method: 'POST', body });
    if (begun.status !== 200) return begun.status;
    const state = new URL(JSON.parse(begun.text).url).searchParams.get('state') ?? '';
    const cookie = (begun.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ');
    const query = new URLSearchParams({ state, code: 'junk' });
    return (await get(`/auth/callback?${query}`, { ...headers, cookie })).status;
  }

  const countCalls = () =>
    sandbox.control.requests().filter(({ operation }) => operation === 'Login.Tokens').length;

  it.each([
    ['one address', () => ({})],
    ['many addresses', (number: number) => clientNumber(number)],
  ])('from %s reach the token endpoint of SuperOffice rarely', async (clients, headersOf) => {
    sandbox.control.clearRequests();
    const nonces = (await rowsIn(databaseUrl, 'consumed_nonces')).length;
    const seconds = isLongForm ? 10 : 1;
    let sent = 0;
    const begun = performance.now();
    const senders = Array.from({ length: 10 }, async () => {
      while (performance.now() - begun < seconds * 1_000) await sendJunkCode(headersOf(sent++));
    });
    await Promise.all(senders);
    const calls = countCalls();
    const rows = (await rowsIn(databaseUrl, 'consumed_nonces')).length - nonces;
    report('made-up sign-ins', { clients, seconds, sent, calls, rows });
    // 60 at once and 20 a second of all clients, 20 of one.
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(clients === 'one address' ? 25 : 60 + 20 * (seconds + 2));
    expect(rows).toBe(calls);
  });
});

describe('a flood', () => {
  const connections = isLongForm ? 3_000 : 200;
  const seconds = isLongForm ? 8 : 1;

  const attacks: readonly [string, Pick<FloodOptions, 'path' | 'method'>][] = [
    ['panels of unknown tenants', { path: '/panel?uctx=Cust{number}&usid=1&lang=en' }],
    ['unknown webhooks', { path: `/callbacks/webhooks/${'x'.repeat(35)}{number}`, method: 'POST' }],
    ['readiness', { path: '/readyz' }],
    ['metrics', { path: '/metrics' }],
  ];

  it.each(isLongForm ? attacks : attacks.slice(0, 2))(
    'of requests for %s leaves the process ready, and its users are served',
    async (attack, requests) => {
      expect((await get('/readyz')).status).toBe(200);
      // The calls of the installation delay the reading of the user's own licenses.
      await expect.poll(async () => (await openPanel()).text).not.toContain('has not read your own licences');
      const quiet = latencies(await repeat(0.5, openPanel));
      const flood = await startFlood({ url, connections, ...requests });
      const pairs = await repeat(seconds, async () => [await openPanel(), await get('/readyz')] as const);
      const [panels, readiness] = [pairs.map(([panel]) => panel), pairs.map(([, check]) => check)];
      const resident = residentMb();
      const { statuses: responses } = await flood.stop();
      report('flood', {
        of: attack,
        connections,
        responses,
        panelQuiet: quiet,
        panel: latencies(panels),
        panelStatuses: [...new Set(panels.map(({ status }) => status))],
        readyz: latencies(readiness),
        readyzStatuses: [...new Set(readiness.map(({ status }) => status))],
        residentMb: resident,
      });
      expect(new Set(panels.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(readiness.map(({ status }) => status))).toEqual(new Set([200]));
      // Both wait for the requests before them. A panel must not wait for those after it as well.
      if (isLongForm) expect(latencies(panels).p50).toBeLessThan(5 * latencies(readiness).p50);
    },
  );
});

describe('one user', () => {
  it('fills neither the access requests nor the audit log', async () => {
    const csrf = /name="csrf" value="([^"]+)"/.exec((await openPanel()).text)?.[1] ?? '';
    const before = (await rowsIn(databaseUrl, 'audit_log')).length;
    const posts = isLongForm ? 5_000 : 30;
    const statuses: Record<number, number> = {};
    let refused: Answer | null = null;
    for (let post = 0; post < posts; post += 1) {
      const body = new URLSearchParams({
        csrf,
        subject: 'feature:saint',
        intent: post % 2 === 0 ? 'submit' : 'withdraw',
      }).toString();
      const headers = {
        cookie: cookies.user,
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const path = panelPath().replace('/panel?', '/panel/access-requests?');
      const answer = await get(path, headers, { method: 'POST', body });
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status === 429) refused ??= answer;
    }
    const rows = (await rowsIn(databaseUrl, 'audit_log')).length - before;
    report('access requests of one user', { posts, statuses, auditRows: rows });
    expect(rows).toBeLessThanOrEqual(21);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(170);
    expect(refused?.text).toContain('You have asked for a lot in a short time');
  });
});

describe('pages in memory', () => {
  it('are one per user and known language, whatever language the URL asks for', async () => {
    const tags = new Set<unknown>();
    for (let index = 0; index < 30; index += 1) {
      const path = panelPath().replace('lang=en', `lang=x${index}`);
      tags.add((await get(path, { cookie: cookies.user })).headers.etag);
    }
    tags.add((await openPanel()).headers.etag);
    expect(tags.size).toBe(1);
  });
});

describe('the export', () => {
  const rows = isLongForm ? [100_000, 400_000, 900_000] : [20_000];
  async function downloadForm(person: Pick<TestUser, 'tenantId' | 'associateId'>) {
    // A download needs a sign-in of the last two minutes.
    const cookie = sessionCookie(environment, { ...person, isAdministrator: true });
    const { text } = await get('/uninstall', { cookie });
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const body = new URLSearchParams({ csrf }).toString();
    return { body, headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' } };
  }
  async function download(person: Parameters<typeof downloadForm>[0]): Promise<Answer> {
    const { body, headers } = await downloadForm(person);
    return get('/setup/export', headers, { method: 'POST', body });
  }
  const clearAuditLog = () => runStatement(databaseUrl, 'truncate audit_log');
  afterAll(clearAuditLog);

  it.each(rows)('of %d audit entries runs in constant memory beside everybody else', async (count) => {
    await clearAuditLog();
    await runStatement(
      databaseUrl,
      `insert into audit_log (context_identifier, associate_id, at, content)
       select '${tenantId}', 101, now(), '{"event": "signed-in", "isAdministrator": false}'
       from generate_series(1, ${count})`,
    );
    if (isLongForm) await sleep(61_000);
    // The most so far: a process that rested gives memory back, and takes it again.
    const before = residentMb('VmHWM');
    let isDone = false;
    const pings = repeat(600, async () => {
      if (isDone) throw new Error('done');
      const { ms } = await get('/healthz');
      gaps.push(ms);
    }).catch(() => {});
    const gaps: number[] = [];
    const { status, text, ms } = await download(administrator);
    isDone = true;
    await pings;
    const residentMax = residentMb('VmHWM');
    report('export', {
      rows: count,
      status,
      megabytes: Math.round(text.length / 2 ** 20),
      seconds: Math.round(ms / 100) / 10,
      longestStallMs: Math.round(Math.max(...gaps)),
      residentBeforeMb: before,
      residentMaxMb: residentMax,
    });
    expect(status).toBe(200);
    const exported = JSON.parse(text) as { auditLog: unknown[] };
    expect(exported.auditLog.length).toBeGreaterThanOrEqual(count);
    expect(Math.max(...gaps)).toBeLessThan(1_000);
    expect(residentMax - before).toBeLessThan(150);
  });

  it('of a tenant that reads slowly does not delay that of another', async () => {
    const [slowTenant, other] = [
      { tenantId: 'Cust20998', associateId: 1 },
      { tenantId: 'Cust20999', associateId: 1 },
    ];
    for (const each of [slowTenant, other])
      await runStatement(
        databaseUrl,
        `insert into tenants select (jsonb_populate_record(
           tenants, jsonb_build_object('context_identifier', '${each.tenantId}'))).*
         from tenants where context_identifier = '${tenantId}'`,
      );
    await runStatement(
      databaseUrl,
      `insert into audit_log (context_identifier, associate_id, at, content)
       select '${slowTenant.tenantId}', 1, now(), jsonb_build_object('event', repeat('x', 1000))
       from generate_series(1, 20000)`,
    );
    const { body, headers } = await downloadForm(slowTenant);
    const slow = openConnection(url);
    slow.on('error', () => {});
    const lines = [...Object.entries(headers), ['content-length', body.length]].map((each) =>
      each.join(': '),
    );
    slow.write(`POST /setup/export HTTP/1.1\r\nHost: x\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    await new Promise((resolve) => slow.once('readable', resolve));
    const { status, text } = await download(other);
    slow.destroy();
    expect([status, text.includes(other.tenantId)]).toEqual([200, true]);
  });

  it('is given to a tenant once a minute, one at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => download(administrator)));
    report('ten exports at once', {
      statuses: answers.map(({ status }) => status),
      residentMb: residentMb(),
    });
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(9);
    expect(Number(answers.find(({ status }) => status === 429)?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await openPanel()).status).toBe(200);
  });
});
