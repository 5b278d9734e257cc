import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import type { Express } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, loadPages } from '../src/app.ts';
import { loadConfig } from '../src/config/config.ts';
import { createProvisioning } from '../src/lifecycle/provisioning/create-provisioning.ts';
import { createMetrics } from '../src/metrics.ts';
import { openServices, type Services } from '../src/services.ts';
import { migratedDatabase } from './support/database.ts';
import { keyringText } from './support/keyrings.ts';
import { metricsToken } from './support/planlens.ts';
import { root } from './support/project-files.ts';
import { listRoutes, listSteps } from './support/routes.ts';
import { createSigningPair } from './support/tokens.ts';

/** No server listens there: no request in this file needs SuperOffice. */
const loginUrl = 'http://127.0.0.1:9';
const crmHosts = `https://*.superoffice.com ${loginUrl}`;

let services: Services;
let app: Express;
let server: Server;

beforeAll(async () => {
  const { privateKey } = createSigningPair();
  const config = loadConfig({
    PUBLIC_URL: 'https://planlens.example',
    SUPEROFFICE_ENVIRONMENT: 'sod',
    SUPEROFFICE_LOGIN_URL: loginUrl,
    SUPEROFFICE_CLIENT_ID: 'client',
    SUPEROFFICE_CLIENT_SECRET: 'secret',
    SUPEROFFICE_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    DATABASE_URL: await migratedDatabase(),
    ENCRYPTION_KEYS: keyringText('a'),
    SESSION_KEYS: keyringText('a'),
    METRICS_TOKEN: metricsToken,
  });
  const log = pino({ level: 'silent' });
  const metrics = createMetrics();
  services = await openServices({ config, log, metrics, now: Date.now });
  const provisioning = createProvisioning({ config, services, root });
  const stopping = new AbortController().signal;
  const built = buildApp({
    config,
    services,
    log,
    metrics,
    pages: loadPages(root),
    root,
    ...provisioning,
    stopping,
    now: Date.now,
  });
  await built.loadRest();
  app = built.app;
  server = createServer(built.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await services.close();
});

describe('route table', () => {
  it('passes every request through the same middleware, and what no route serves to the error handler', () => {
    const steps = listSteps(app);
    const first = steps.findIndex(({ route }) => route !== null);
    const last = steps.findLastIndex(({ route }) => route !== null);
    expect(steps.slice(0, first).map(({ name }) => name)).toEqual([
      'rejectFailed, limitPipelining, clientAddress, requestMetrics, requestLog',
      // Before the evaluation of flags, which comes before the headers of pages.
      'dataHeaders, cors, limitInFlight',
    ]);
    // Behind the routes of operators, which must respond whatever clients do.
    const others = steps.slice(first, last).filter(({ route }) => route === null);
    const ofApi = ['cors', 'limitInFlight', 'notFound', 'answerProblem'];
    expect(others.map(({ name }) => name)).toEqual([
      'handleOfrepError',
      'securityHeaders',
      ...ofApi,
      'limitInFlight',
      'assets',
      'untilLoaded',
    ]);
    expect(steps.slice(last + 1).map(({ name }) => name)).toEqual(['notFound', 'handleError']);
  });

  it('declares each path once', () => {
    const paths = listRoutes(app).map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
  });

  it('serves GET and POST only and refuses other methods last', () => {
    for (const { path, methods, handlers } of listRoutes(app)) {
      expect(
        methods.filter((method) => !['get', 'post'].includes(method)),
        path,
      ).toEqual([]);
      expect(
        handlers.filter((handler) => handler.startsWith('all ')),
        path,
      ).toEqual(['all methodNotAllowed']);
      expect(handlers.at(-1), path).toBe('all methodNotAllowed');
    }
  });

  it('verifies the CSRF token of every form before handling it, and the origin of forms without a session', () => {
    const withoutForm = /^\/(callbacks\/|auth\/callback$|api\/v1\/|ofrep\/v1\/)/;
    const withoutSession = /^\/(install|panel\/sign-in|panel\/session)$/;
    for (const { path, methods, handlers } of listRoutes(app)) {
      if (!methods.includes('post')) continue;
      const steps = handlers.filter((handler) => handler.startsWith('post '));
      const guards = ['post urlencodedParser', 'post csrfProtection'];
      if (withoutSession.test(path)) expect(steps[0], path).toBe('post ownPagesOnly');
      else if (withoutForm.test(path)) expect(steps, path).not.toContain('post csrfProtection');
      else expect(steps.slice(-3, -1), path).toEqual(guards);
    }
  });
});

describe('unsupported method', () => {
  it('responds with 405 on each route and names the methods that the route serves', async () => {
    for (const { path, methods } of listRoutes(app)) {
      const others = (['get', 'post', 'put', 'patch', 'delete'] as const).filter(
        (method) => !methods.includes(method),
      );
      const allowed = [...methods, ...(methods.includes('get') ? ['head'] : [])].join(', ').toUpperCase();
      for (const method of others) {
        const { status, headers, body } = await request(server)[method](path);
        const { code = body.errorCode } = body;
        expect([method, path, status, code, headers.allow]).toEqual([
          method,
          path,
          405,
          path.startsWith('/ofrep/v1/evaluate') ? 'GENERAL' : 'method-not-allowed',
          allowed,
        ]);
      }
      const { status, headers } = await request(server).options(path);
      expect([path, status, headers.allow]).toEqual([path, 204, allowed]);
    }
  });
});

describe('unknown path', () => {
  it.each([
    '/nothing',
    '/panel/more',
    '/api/v1',
    '/api/v1/more',
    '/ofrep/v1/more',
    '/auth',
    '/admin/more',
    '/assets',
    '/assets/',
    '/assets/planlens.css',
    '/assets/0123456789',
    '/assets/0123456789/',
    '/assets/0123456789/nothing.css',
    '/assets/0123456789/%2e%2e/package.json',
    '/assets/%2e%2e/package.json',
    '/assets/..%2f.env.example',
    '/.env.example',
    '/views/panel.ejs',
    '/locales/en.json',
    '/manifest/web-panels.json',
  ])('%s responds with 404', async (path) => {
    const { status, body } = await request(server).get(path);
    expect([status, body.code]).toEqual([404, 'not-found']);
  });

  it('responds with 404 to other methods as well', async () => {
    for (const method of ['post', 'put', 'delete'] as const) {
      expect((await request(server)[method]('/nothing')).status).toBe(404);
    }
    expect((await request(server).post('/assets/0123456789/planlens.css')).status).toBe(404);
  });
});

interface ExpectedResponse {
  readonly method: 'get' | 'post' | 'head';
  readonly path: string;
  readonly status: number;
  readonly framedBy: string;
}
const expected = (
  method: ExpectedResponse['method'],
  path: string,
  status: number,
  framedBy = "'none'",
): ExpectedResponse => ({ method, path, status, framedBy });

const responses = [
  expected('get', '/', 200),
  expected('head', '/', 200),
  expected('get', '/healthz', 200),
  expected('get', '/readyz', 200),
  expected('get', '/metrics', 404),
  expected('get', '/install', 200),
  expected('post', '/install', 403),
  expected('get', '/auth/callback', 400, crmHosts),
  expected('get', '/auth/callback?state=x&code=y', 400, crmHosts),
  expected('post', '/auth/callback', 400, crmHosts),
  expected('get', '/panel', 400, crmHosts),
  expected('get', '/panel?uctx=Cust1&usid=5&lang=en', 302, crmHosts),
  expected('get', '/panel/feature?uctx=Cust1&usid=5&lang=en&feature=saint', 302, crmHosts),
  expected('get', '/panel/newer-features?uctx=Cust1&usid=5&lang=en', 302, crmHosts),
  expected('get', '/panel/plans?uctx=Cust1&usid=5&lang=en', 302, crmHosts),
  expected('get', '/panel/plans?uctx=Cust1&plan=sales-premium', 302, crmHosts),
  expected('post', '/panel/access-requests?uctx=Cust1&usid=5&lang=en', 401, crmHosts),
  expected('post', '/panel/refresh?uctx=Cust1&usid=5&lang=en', 401, crmHosts),
  expected('get', '/panel/sign-in', 400),
  expected('get', '/panel/sign-in?uctx=Cust1&usid=5&lang=en', 200),
  expected('post', '/panel/sign-in', 403),
  expected('get', '/panel/session', 204),
  expected('post', '/sign-out', 401),
  expected('post', '/panel/session', 403),
  expected('get', '/setup', 302),
  expected('post', '/setup/export', 401),
  expected('get', '/uninstall', 302),
  expected('post', '/uninstall', 401),
  expected('get', '/api/docs', 200),
  expected('get', '/api/docs/:folder/:name', 404),
  expected('get', '/api/v1/openapi.json', 200),
  expected('get', '/api/v1/plans', 401),
  expected('get', '/api/v1/seats', 401),
  expected('get', '/api/v1/users', 401),
  expected('get', '/api/v1/users/:id/features', 401),
  expected('get', '/api/v1/users/:id/features/:key', 401),
  expected('post', '/api/v1/user-tokens', 401),
  expected('post', '/ofrep/v1/evaluate/flags', 401),
  expected('post', '/ofrep/v1/evaluate/flags/:key', 401),
  expected('get', '/ofrep/v1/events', 401),
  expected('post', '/callbacks/state-change', 400),
  expected('post', '/callbacks/webhooks/:hookId', 404),
  expected('get', '/admin', 302),
  expected('get', '/admin/users', 302),
  expected('get', '/admin/api-keys', 302),
  expected('post', '/admin/api-keys', 401),
  expected('get', '/admin/users.csv', 302),
  expected('get', '/admin/users.xlsx', 302),
  expected('get', '/admin/users/:associateId', 404),
  expected('post', '/admin/users/:associateId', 401),
  expected('get', '/admin/seats', 302),
  expected('get', '/admin/access-requests.csv', 302),
  expected('get', '/admin/access-requests.xlsx', 302),
  expected('get', '/admin/history.csv', 302),
  expected('get', '/admin/history.xlsx', 302),
  expected('get', '/admin/seats.csv', 302),
  expected('get', '/admin/seats.xlsx', 302),
  expected('get', '/admin/seats/trend.csv', 302),
  expected('get', '/admin/seats/trend.xlsx', 302),
  expected('get', '/admin/seats/reclaim', 302),
  expected('post', '/admin/seats/reclaim', 401),
  expected('get', '/admin/seats/reclaim.csv', 302),
  expected('get', '/admin/seats/reclaim.xlsx', 302),
  expected('get', '/admin/history', 302),
  expected('get', '/admin/access-requests', 302),
  expected('post', '/admin/access-requests', 401),
  expected('get', '/admin/what-if', 302),
  expected('get', '/admin/what-if.csv', 302),
  expected('get', '/admin/what-if.xlsx', 302),
  expected('post', '/admin/what-if', 401),
  expected('get', '/admin/saved-answers', 302),
  expected('post', '/admin/saved-answers', 401),
  expected('get', '/admin/contract', 302),
  expected('post', '/admin/contract', 401),
  expected('get', '/admin/user-data', 302),
  expected('post', '/admin/user-data', 401),
  expected('get', '/nothing', 404),
  expected('get', '/assets', 404),
  expected('get', '/assets/%E0%A4%A', 404),
  expected('post', '/panel', 405),
];

describe.each(responses)('$method $path ($status)', ({ method, path, status, framedBy }) => {
  it('sends the security headers and permits framing only by the expected hosts', async () => {
    const response = await request(server)[method](path).set('Accept', 'text/html');
    expect(response.status).toBe(status);
    const policies = String(response.headers['content-security-policy']).split(';');
    expect(policies).toEqual([
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${framedBy}`,
    ]);
    expect(response.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
    const unwanted = ['x-powered-by', 'x-frame-options', 'server'];
    for (const header of unwanted) expect(response.headers).not.toHaveProperty(header);
  });
});

it.each(['planlens.js', 'planlens.css', 'panel.webp'])(
  '%s keeps the security headers that concern it, and repeats none of those that concern pages',
  async (name) => {
    const { status, headers } = await request(server).get(`/assets/0123456789/${name}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
    const unwanted = ['content-security-policy', 'permissions-policy', 'referrer-policy', 'x-powered-by'];
    for (const header of unwanted) expect(headers).not.toHaveProperty(header);
  },
);

it('the security headers of every route are tested', () => {
  const tested = responses.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  const served = listRoutes(app).flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`));
  expect(served.filter((each) => !tested.includes(each))).toEqual([]);
});

const assetTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.webp': 'image/webp',
};

describe('browser caching', () => {
  it.each(['/uninstall', '/panel', '/setup', '/auth/callback', '/nothing'])(
    'forbids caching of %s',
    async (path) => {
      const { headers } = await request(server).get(path);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('permits caching style sheets, the picture and each preloaded script under a path with their version', async () => {
    const page = await request(server).get('/').set('Accept', 'text/html');
    const addresses = [...page.text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, address = '']) => address);
    const names = readdirSync(join(root, 'public')).filter(
      (name) =>
        ![
          'sign-in.js',
          'signing-in.js',
          'search.js',
          'copy.js',
          'api-docs.js',
          'api-docs.css',
          'tick-all.js',
          'plans.css',
          'admin.css',
        ].includes(name),
    );
    expect(addresses.map((address) => address.split('/')[3]).sort()).toEqual(names.sort());
    for (const address of addresses) {
      const { status, headers } = await request(server).get(address);
      expect([status, headers['content-type']]).toEqual([200, assetTypes[extname(address)]]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  it('permits caching the files of the API viewer under a path with its version, and serves no other', async () => {
    const { text } = await request(server).get('/api/docs');
    const folder = /data-files="([^"]+)"/.exec(text)?.[1] ?? '';
    for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
      const { status, headers } = await request(server).get(`${folder}/${name}`);
      expect([status, headers['content-type']]).toEqual([200, assetTypes[extname(name)]]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
    for (const path of [
      `${folder}/index.html`,
      `${folder}/..%2fpackage.json`,
      '/api/docs/viewer-1/swagger-ui.css',
    ])
      expect([path, (await request(server).get(path)).status]).toEqual([path, 404]);
  });

  it('responds to a conditional request for an asset with 304', async () => {
    const path = '/assets/0123456789/planlens.css';
    const { headers } = await request(server).get(path);
    await request(server)
      .get(path)
      .set('If-None-Match', headers.etag ?? '')
      .expect(304);
  });

  it('does not cache an asset path of another release as immutable', async () => {
    const { headers } = await request(server).get('/assets/0123456789/planlens.css');
    expect(headers['cache-control']).toBe('no-cache');
  });
});

describe('metrics', () => {
  it('counts assets as one route, whatever version is requested', async () => {
    await request(server).get('/assets/abcdefghij/planlens.css').expect(200);
    const { text } = await request(server).get('/metrics').auth(metricsToken, { type: 'bearer' });
    expect(text).toContain('route="/assets"');
    expect(text).not.toContain('abcdefghij');
  });
});
