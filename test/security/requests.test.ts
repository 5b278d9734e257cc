import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLongForm, scaleRuns } from '../support/long-form.ts';
import { installedPlanlens, panelUrl, testUsers } from '../support/planlens.ts';
import { sessionCookie, sessionsOf } from '../support/session-cookie.ts';
import { openConnection, type RawResponse, sendRaw } from './raw-http.ts';

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'SEARCH',
  'LINK',
];
const types = [
  '',
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json; charset=nonsense',
  'application/x-www-form-urlencoded; charset=iso-8859-1',
  '*/*',
  'x',
];
const bodies = [
  '',
  'null',
  '[]',
  '"text"',
  '{',
  '{"a":',
  'a=b',
  'csrf[]=a&csrf=b',
  '__proto__[x]=1&constructor[prototype][x]=1',
  '%',
  '%E0%A4%A',
  '\u0000',
  '{"__proto__":{"x":1}}',
  '[[[['.repeat(2_000),
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  'a=1&'.repeat(5_000),
];

let clients = 0;
/** Another client behind the trusted proxy, so that no request is refused because of those before it. */
function anotherClient(): Record<string, string> {
  clients += 1;
  return { 'x-forwarded-for': `198.${18 + (clients >> 16)}.${(clients >> 8) & 255}.${clients & 255}` };
}

/** The content type that a route accepts. */
function acceptedType(path: string): string {
  const isForm = /^\/(panel\/(access-requests|refresh)|admin|uninstall)/.test(path);
  return isForm ? 'application/x-www-form-urlencoded' : 'application/json';
}

describe('server under hostile requests', async () => {
  const planlens = await installedPlanlens();
  const { url } = planlens;
  const routes = planlens.routes.map(({ path, methods }) => ({
    path: path.replace(':hookId', 'unknown'),
    methods,
  }));
  const pages = routes.filter(({ methods }) => methods.includes('get')).map(({ path }) => path);
  const paths = [...routes.map(({ path }) => path), '/assets/0123456789/planlens.css', '/nowhere'];
  const { tenantId, associateId } = testUsers.administrator;
  /** A new session: after five minutes, an administrator signs in again. */
  const administrator = () =>
    sessionCookie(planlens.environment, { tenantId, associateId, isAdministrator: true });
  const panel = new URL(panelUrl(planlens, testUsers.administrator));
  const inPanel = `${panel.pathname}${panel.search}`;

  /** Sends any method, headers and body without following redirects. */
  function send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: string | Buffer = '',
  ): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      const length = body.length > 0 ? { 'content-length': String(Buffer.byteLength(body)) } : {};
      const outgoing = httpRequest(
        `${url}/`,
        { method, path, headers: { ...length, ...anotherClient(), ...headers }, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('latin1').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, head: JSON.stringify(response.headers), body: text }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** What `/readyz` says with 503 after the database has not responded in time, as on a busy machine. */
  const isUnready = (body: string) => body === '{"status":"database-unreachable"}';

  /** Expects no 5xx, no internals in the body and no injected header. */
  function expectHarmless({ status, head, body }: RawResponse, description: string): void {
    expect(status, `${description}: ${body.slice(0, 500)}`).toBeGreaterThanOrEqual(200);
    if (!isUnready(body)) expect(status, `${description}: ${body.slice(0, 500)}`).toBeLessThan(500);
    expect(body, description).not.toMatch(/node_modules|\.ts:\d|\.js:\d| at \w+ \(|SELECT|select \*/);
    expect(head.toLowerCase(), description).not.toContain('x-injected');
  }

  async function expectServing(): Promise<void> {
    expect((await send('GET', '/healthz')).status).toBe(200);
    expect((await send('GET', inPanel, { cookie: administrator() })).status).toBe(200);
  }

  it('returns no 5xx for any route, method, content type and body', async () => {
    const all = paths.flatMap((path) =>
      methods.flatMap((method) =>
        types.flatMap((type) => bodies.map((body) => ({ path, method, type, body }))),
      ),
    );
    // This session may uninstall the app, which would end the test.
    const some = fc.sample(
      fc.constantFrom(...all.filter(({ path, method }) => path !== '/uninstall' || method !== 'POST')),
      { numRuns: scaleRuns(8_000), seed: 7 },
    );
    for (const { path, method, type, body } of some) {
      const withBody = !['GET', 'HEAD', 'TRACE', 'OPTIONS'].includes(method);
      const headers = { cookie: administrator(), ...(type !== '' && { 'content-type': type }) };
      expectHarmless(
        await send(method, path, headers, withBody ? body : ''),
        `${method} ${path} ${type} ${body.slice(0, 40)}`,
      );
    }
    await expectServing();
  });

  it('returns no 5xx and no injected content for hostile query parameters', async () => {
    const name = fc.constantFrom(
      'uctx',
      'usid',
      'lang',
      'show',
      'search',
      'feature',
      'plan',
      'signedIn',
      'cookie',
      'code',
      'state',
      'error',
      'resolved',
      'uctx[]',
      'uctx[x]',
      '__proto__',
      'constructor',
      'toString',
      'next',
      'redirect_uri',
      'url',
    );
    const value = fc.oneof(
      fc.constantFrom(
        'Cust20001',
        '131',
        'en',
        '%0d%0aX-Injected:%201',
        '%00',
        '%',
        '%c0%ae%c0%ae/',
        '%ff',
        '%F0%9F%98%80',
        '%E2%80%AE',
        '%ED%A0%80',
        '../../etc/passwd',
        "'%20or%201=1--",
        '<%= 7919*7907 %>',
        '{{7919*7907}}',
        'https://evil.example/',
        '//evil.example',
        '1e309',
        '-0',
        '9'.repeat(400),
        'a'.repeat(5_000),
      ),
      fc.string({ unit: 'grapheme', maxLength: 30 }).map(encodeURIComponent),
    );
    const query = fc
      .array(fc.tuple(name, value), { maxLength: 8 })
      .map((pairs) =>
        pairs
          .map(
            ([key, each]) => `${encodeURIComponent(key)}=${each.replace(/[ <>"{}#]/g, encodeURIComponent)}`,
          )
          .join('&'),
      );
    const path = fc.constantFrom(...pages);
    await fc.assert(
      fc.asyncProperty(path, query, async (to, by) => {
        const response = await send('GET', `${to}?${by}`, { cookie: administrator() });
        expectHarmless(response, `${to}?${by}`);
        // The product that an evaluated template would print.
        expect(response.body, by).not.toMatch(/62615533|<script>[^<]*evil/);
      }),
      { numRuns: scaleRuns(3_000) },
    );
    await expectServing();
  });

  it.each([
    '/admin/seats?plan=',
    '/admin/seats/reclaim?plan=',
    '/admin/users?plan=',
    '/admin/users?search=',
    '/admin/access-requests?show=resolved&subject=',
  ])('takes a NUL, which no database stores, for no filter: %s', async (path) => {
    const errors = () => planlens.logged.filter((line) => line.includes('"level":50'));
    const before = errors();
    expect((await send('GET', `${path}%00`, { cookie: administrator() })).status).toBe(200);
    expect(errors()).toEqual(before);
  });

  it('refuses a form with a NUL in a name', async () => {
    const session = { tenantId, associateId, isAdministrator: true, name: '', signedInAt: 0 };
    const csrf = sessionsOf(planlens.environment).csrfToken(session);
    const id = '00000000-0000-4000-8000-000000000000';
    const form = new URLSearchParams({ csrf, subject: 'a\0b', id, state: 'fulfilled' });
    const headers = {
      cookie: administrator(),
      origin: url,
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect((await send('POST', '/admin/access-requests', headers, String(form))).status).toBe(400);
  });

  it.each([
    '/panel/../admin',
    '//admin',
    '/./admin',
    '/ADMIN',
    '/admin/',
    '/admin%2f',
    '/admin%00',
    '/admin;x=1',
    '/%61dmin',
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets/%00',
    '/assets//etc/passwd',
    '/assets/%c0%ae%c0%ae/package.json',
    '/assets/0123456789/../../package.json',
    '/assets/0123456789/..%2f..%2fpackage.json',
    '/assets/0123456789/%2e%2e/%2e%2e/package.json',
    '/assets/0123456789/..%5c..%5cpackage.json',
    '/assets/0123456789/%00',
    '/assets/0123456789//etc/passwd',
    '/assets/0123456789//evil.example/%2e%2e',
    '/assets/0123456789/%c0%ae%c0%ae/package.json',
    '/assets',
    '/assets/.',
    '/assets/.env',
    '/assets/0123456789/.',
    '/assets/0123456789/.env',
    '/.env',
    '/.git/config',
    '/views/panel.ejs',
    '/src/server.ts',
    '/callbacks/webhooks/',
    '/callbacks/webhooks/%2e%2e',
    `/callbacks/webhooks/${'x'.repeat(4_000)}`,
    'http://evil.example/admin',
    '/\\evil.example',
    '/%',
    '/%zz',
    '*',
  ])('reveals no source file and no protected page at the path %s', async (path) => {
    const response = await send('GET', path);
    expectHarmless(response, path);
    expect(response.body).not.toMatch(/"dependencies"|root:x:|<%-? |SESSION_KEYS|<h1>Administrat/);
    if (response.status === 302 || response.status === 301)
      expect(response.head).not.toContain('evil.example');
  });

  it.each<[string, string | Buffer]>([
    ['bytes that are not HTTP', 'hello\r\n\r\n'],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
    [
      'two Content-Length headers',
      'POST /callbacks/state-change HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    ],
    [
      'Content-Length with Transfer-Encoding: chunked',
      'POST /callbacks/state-change HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n',
    ],
    [
      'an unknown transfer encoding',
      'POST /callbacks/state-change HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a negative Content-Length',
      'POST /callbacks/state-change HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\nConnection: close\r\n\r\n'],
    ['a header name with a space', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['a NUL byte in a header', 'GET / HTTP/1.1\r\nHost: x\r\nCookie: a=\u0000\r\n\r\n'],
    ['10,000 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: 1\r\n'.repeat(10_000)}\r\n`],
    ['a 1 MB header', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(1_000_000)}\r\n\r\n`],
    ['a 1 MB URL', `GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    [
      '1,000 cookies',
      `GET ${'/panel?uctx=Cust20001&usid=131'} HTTP/1.1\r\nHost: x\r\nCookie: ${'a=b; '.repeat(1_000)}\r\nConnection: close\r\n\r\n`,
    ],
    [
      'a protocol upgrade',
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an unknown expectation',
      'POST /callbacks/state-change HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('rejects or answers raw requests without affecting other clients: %s', async (_description, bytes) => {
    const { status, body } = await sendRaw(url, bytes);
    expect(status).toBeLessThan(500);
    expect(body).not.toContain('node_modules');
    await expectServing();
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'nonsense'])(
    'rejects oversized and corrupt compressed bodies with content encoding %s',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20, 'a'));
      for (const path of [
        '/callbacks/state-change',
        '/callbacks/webhooks/unknown',
        '/panel/access-requests',
        '/panel/session',
        '/uninstall',
      ]) {
        for (const body of [bomb, Buffer.from('not compressed'), bomb.subarray(0, 100)]) {
          const response = await send(
            'POST',
            path,
            { 'content-encoding': encoding, 'content-type': acceptedType(path), cookie: administrator() },
            body,
          );
          expectHarmless(response, `${path} ${encoding}`);
          expect(response.status).toBeGreaterThanOrEqual(400);
        }
      }
    },
  );

  it.each([
    '/callbacks/state-change',
    '/callbacks/webhooks/unknown',
    '/panel/access-requests',
    '/panel/session',
    '/admin/contract',
  ])('answers 413 to an oversized body for %s', async (path) => {
    const { webhooks } = planlens.services;
    const { hookId } = await webhooks.findOrCreate(tenantId);
    const to = path.replace('unknown', hookId);
    const response = await send(
      'POST',
      to,
      { 'content-type': acceptedType(path), cookie: administrator(), origin: planlens.url },
      Buffer.alloc(2 ** 20, 'a'),
    );
    expect(response.status).toBe(413);
  });

  it('closes a connection that exceeds the pipelining limit', async () => {
    const request = `GET ${inPanel} HTTP/1.1\r\nHost: x\r\nCookie: ${administrator()}\r\n\r\n`;
    const { head, body } = await sendRaw(url, request.repeat(500));
    expect(`${head}${body}`.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(8);
    const withinLimit = await sendRaw(
      url,
      request.repeat(5) + request.replace('Host: x', 'Host: x\r\nConnection: close'),
    );
    expect(`${withinLimit.head}\r\n\r\n${withinLimit.body}`.split('HTTP/1.1 200').length - 1).toBe(6);
  });

  it('serves other clients promptly while many connections send slowly or abort', async () => {
    const slow = Array.from({ length: isLongForm ? 200 : 100 }, () => {
      const socket = openConnection(url);
      socket.on('error', () => {});
      socket.write(
        'POST /callbacks/state-change HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
      );
      return socket;
    });
    for (let drip = 0; drip < 5; drip += 1) {
      await sleep(100);
      for (const socket of slow) socket.write(' ');
      // The slow requests are still open, so a server that waits for them does not respond.
      await expectServing();
      expect(slow.every((socket) => socket.writable)).toBe(true);
    }
    for (const socket of slow) socket.destroy();
    const aborted = Array.from({ length: 100 }, async () => {
      const socket = openConnection(url);
      socket.on('error', () => {});
      socket.write(
        `POST /panel/access-requests HTTP/1.1\r\nHost: x\r\nCookie: ${administrator()}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ncsrf=`,
      );
      await sleep(20);
      socket.destroy();
    });
    await Promise.all(aborted);
    await expectServing();
    const failed = planlens.logged
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'request failed');
    expect(failed).toEqual([]);
  });
});
