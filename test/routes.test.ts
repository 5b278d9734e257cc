import { readdirSync } from 'node:fs';
import { createServer, METHODS, type Server } from 'node:http';
import { join } from 'node:path';
import type { Express } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.ts';
import { loadConfig } from '../src/config/config.ts';
import { createProvisioning } from '../src/lifecycle/provisioning/create-provisioning.ts';
import { createMetrics } from '../src/metrics.ts';
import { openServices, type Services } from '../src/services.ts';
import { emptyDatabase } from './support/database.ts';
import { keyringText } from './support/keyrings.ts';
import { root } from './support/project-files.ts';
import { createSigningPair } from './support/tokens.ts';

/** Nobody listens there: no request of this file needs SuperOffice. */
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
    DATABASE_URL: await emptyDatabase(),
    ENCRYPTION_KEYS: keyringText('a'),
    SESSION_KEYS: keyringText('a'),
  });
  const log = pino({ level: 'silent' });
  const metrics = createMetrics();
  services = await openServices({ config, log, metrics, now: Date.now });
  const provisioning = createProvisioning({ config, services, root });
  app = buildApp({ config, services, log, metrics, root, ...provisioning, now: Date.now });
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await services.close();
});

/** One line per step of a request: `use` for what every request passes, else methods, path and handlers in order. */
function routeTable(): string[] {
  return app.router.stack.flatMap(({ name, route }) => {
    if (route === undefined) return [`use ${name}`];
    const methods = [...new Set(route.stack.map(({ method }) => method))];
    const every = methods.length >= METHODS.length - 2; // Express leaves out CONNECT and the like
    return (every ? methods.slice(0, 1) : methods).map((method) => {
      const handlers = route.stack.filter((step) => step.method === method).map((step) => step.name);
      return [every ? 'all' : method, String(route.path), ...handlers].join(' ');
    });
  });
}

const getOnly = [
  ...[
    '/',
    '/healthz',
    '/readyz',
    '/metrics',
    '/install',
    '/panel',
    '/panel/feature',
    '/panel/plan',
    '/panel/sign-in',
  ],
  ...['/admin', '/setup', '/setup/export'],
];
const postOnly = [
  ...['/panel/access-requests', '/panel/refresh', '/admin/access-requests', '/admin/contract'],
  '/callbacks/state-change',
];

describe('route table', () => {
  it('lists every route with its middleware in order', () => {
    expect(routeTable()).toEqual([
      'use limitPipelining',
      'use requestMetrics',
      'use requestLog',
      'use securityHeaders',
      'use assets',
      'post /callbacks/webhooks/:hookId rawParser webhook',
      'post /callbacks/state-change jsonParser stateChange',
      'get /healthz healthz',
      'get /readyz readyz',
      'get /metrics metrics',
      'get / landing',
      'get /install install',
      'get /auth/callback framedByCrm authCallback',
      'post /auth/callback framedByCrm urlencodedParser authCallback',
      'get /panel framedByCrm panel',
      'get /panel/feature framedByCrm featurePage',
      'get /panel/plan framedByCrm planPage',
      'post /panel/access-requests framedByCrm urlencodedParser csrfProtection ask',
      'post /panel/refresh framedByCrm urlencodedParser csrfProtection refresh',
      'get /panel/sign-in popUp',
      'get /panel/session sessionCheck',
      'post /panel/session jsonParser redeemHandoff',
      'get /admin admin',
      'post /admin/access-requests urlencodedParser csrfProtection resolveAccessRequest',
      'post /admin/contract urlencodedParser csrfProtection saveContract',
      'get /setup setup',
      'get /setup/export exportData',
      'get /uninstall uninstallPage',
      'post /uninstall urlencodedParser csrfProtection uninstall',
      'all /auth/callback,/panel/session,/uninstall methodNotAllowed',
      `all /panel/access-requests,/panel/refresh,/admin/access-requests,/admin/contract,/callbacks/webhooks/:hookId,/callbacks/state-change methodNotAllowed`,
      `all ${getOnly.join()} methodNotAllowed`,
      'use notFound',
      'use handleError',
    ]);
  });
});

describe('unsupported method', () => {
  const others = ['post', 'put', 'patch', 'delete', 'options'] as const;

  it.each(getOnly.flatMap((path) => others.map((method) => [method, path] as const)))(
    '%s %s responds with 405 and names the allowed method',
    async (method, path) => {
      const { status, headers, body } = await request(server)[method](path);
      expect([status, body.code, headers.allow]).toEqual([405, 'method-not-allowed', 'GET']);
    },
  );

  it.each(postOnly)('get %s responds with 405 and names POST as the allowed method', async (path) => {
    const { status, headers } = await request(server).get(path);
    expect([status, headers.allow]).toEqual([405, 'POST']);
  });

  it.each(['put', 'patch', 'delete', 'options'] as const)(
    '%s /auth/callback responds with 405 and names GET and POST as the allowed methods',
    async (method) => {
      const { status, headers } = await request(server)[method]('/auth/callback');
      expect([status, headers.allow]).toEqual([405, 'GET, POST']);
    },
  );
});

describe('unknown path', () => {
  it.each([
    '/nothing',
    '/panel/more',
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

interface Answered {
  readonly method: 'get' | 'post' | 'head';
  readonly path: string;
  readonly status: number;
  readonly framedBy: string;
}
const answered = (
  method: Answered['method'],
  path: string,
  status: number,
  framedBy = "'none'",
): Answered => ({ method, path, status, framedBy });

const answers = [
  answered('get', '/', 200),
  answered('head', '/', 200),
  answered('get', '/healthz', 200),
  answered('get', '/readyz', 200),
  answered('get', '/metrics', 200),
  answered('get', '/install', 302),
  answered('get', '/auth/callback', 400, crmHosts),
  answered('get', '/auth/callback?state=x&code=y', 400, crmHosts),
  answered('post', '/auth/callback', 400, crmHosts),
  answered('get', '/panel', 400, crmHosts),
  answered('get', '/panel?uctx=Cust1&usid=5&lang=en', 404, crmHosts),
  answered('get', '/panel/feature?uctx=Cust1&usid=5&lang=en&feature=saint', 404, crmHosts),
  answered('get', '/panel/plan?uctx=Cust1&usid=5&lang=en', 404, crmHosts),
  answered('post', '/panel/access-requests?uctx=Cust1&usid=5&lang=en', 401, crmHosts),
  answered('post', '/panel/refresh?uctx=Cust1&usid=5&lang=en', 401, crmHosts),
  answered('get', '/panel/sign-in?uctx=Cust1&usid=5&lang=en', 400),
  answered('get', `/panel/sign-in?uctx=Cust1&usid=5&lang=en&challenge=${'c'.repeat(43)}`, 302),
  answered('get', '/panel/session', 403),
  answered('post', '/panel/session', 403),
  answered('get', '/setup', 302),
  answered('get', '/admin', 302),
  answered('post', '/admin/access-requests', 401),
  answered('post', '/admin/contract', 401),
  answered('get', '/assets/0123456789/planlens.js', 200),
  answered('get', '/assets/0123456789/planlens.css', 200),
  answered('get', '/nothing', 404),
  answered('get', '/assets', 404),
  answered('get', '/assets/%E0%A4%A', 404),
  answered('post', '/panel', 405),
];

describe.each(answers)('$method $path ($status)', ({ method, path, status, framedBy }) => {
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
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
    const unwanted = ['x-powered-by', 'x-frame-options', 'cross-origin-opener-policy', 'server'];
    for (const header of unwanted) expect(response.headers).not.toHaveProperty(header);
  });
});

describe('browser caching', () => {
  it.each(['/install', '/panel', '/setup', '/auth/callback', '/nothing'])(
    'forbids caching of %s',
    async (path) => {
      const { headers } = await request(server).get(path);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('permits caching the style sheet and each script module under a path with their version', async () => {
    const page = await request(server).get('/').set('Accept', 'text/html');
    const addresses = [...page.text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, address = '']) => address);
    const names = readdirSync(join(root, 'public')).filter((name) => name !== 'sign-in.js');
    expect(addresses.map((address) => address.split('/')[3]).sort()).toEqual(names.sort());
    for (const address of addresses) {
      const { status, headers } = await request(server).get(address);
      const type = address.endsWith('.css') ? 'text/css' : 'text/javascript';
      expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  it('is no asset of another release', async () => {
    const { headers } = await request(server).get('/assets/0123456789/planlens.css');
    expect(headers['cache-control']).toBe('public, max-age=0');
  });
});

describe('metrics', () => {
  it('counts assets as one route, whatever version is requested', async () => {
    await request(server).get('/assets/abcdefghij/planlens.css').expect(200);
    const { text } = await request(server).get('/metrics');
    expect(text).toContain('route="/assets"');
    expect(text).not.toContain('abcdefghij');
  });
});
