import { PassThrough } from 'node:stream';
import type { Request, Response } from 'express';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/config.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openServices } from '../../src/services.ts';
import { requestLog } from '../../src/web/middleware/request-log.ts';
import { requestMetrics } from '../../src/web/middleware/request-metrics.ts';
import { securityHeaders } from '../../src/web/middleware/security-headers.ts';
import { createPageCache } from '../../src/web/panel/page-cache.ts';
import { createPanelContexts } from '../../src/web/panel/panel-context.ts';
import { loadLanguages } from '../../src/web/rendering/i18n.ts';
import { loadViews } from '../../src/web/rendering/views.ts';
import { createSessions } from '../../src/web/sign-in/session.ts';
import { sessionCookie } from '../../test/support/session-cookie.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { type BenchDatabase, environmentOf, root } from './bench-database.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { rounded, table } from './table.ts';

const repeats = 3_000;

/** What each step of a warm view takes by itself, and what it would take were nothing kept. */
export async function steps(benchDatabase: BenchDatabase) {
  const environment = await environmentOf(await benchDatabase.database('steps'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const config = loadConfig(environment);
  const services = await openServices({
    config,
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    now: Date.now,
  });
  const { tenants, licenses, accessRequests } = services;
  const sessions = createSessions({ keys: config.sessionKeys, now: Date.now });
  const views = loadViews(root);
  const panelContexts = createPanelContexts({
    tenants,
    licenses,
    accessRequests,
    sessions,
    languages: loadLanguages(`${root}locales`),
    now: Date.now,
  });
  const tenantId = tenantIdAt(0);
  const request = requestOf(tenantId, sessionCookie(environment, { tenantId, associateId: 1 }));
  const tenant = await tenants.find(tenantId);
  if (tenant === null) throw new Error('nothing was seeded');
  const context = await panelContexts.load(request);
  const [bought, held] = [context.tenantLicenses?.content ?? null, context.userLicenses?.content ?? null];
  const kept = createPageCache({ views, entitlementEngine, maxBytes: 1_000_000 });
  const never = createPageCache({ views, entitlementEngine, maxBytes: 1 });
  const headers = securityHeaders();
  const count = requestMetrics(createMetrics().onRequest);
  const log = requestLog(pino(new PassThrough().resume()));

  const measured: readonly [string, () => unknown][] = [
    ['session: cookie read, signature and content checked', () => sessions.read(request)],
    ['token of the forms', () => sessions.csrfToken(context.session)],
    ['tenant, remembered', () => tenants.findCached(tenantId)],
    [
      'snapshots of tenant and user, remembered',
      () => Promise.all([licenses.getTenantLicenses(tenant), licenses.getUserLicenses(tenant, 1)]),
    ],
    ['wishes, remembered', () => accessRequests.latestByUser(tenantId, 1)],
    ['page, kept', () => kept(context, {})],
    ['security headers', () => run(headers, request)],
    ['log line and metrics', () => run(log, request) ?? run(count, request)],
    [
      'not kept: decision of a tenant seen first',
      () => entitlementEngine(bought && { ...bought }, context.today).report(held),
    ],
    ['not kept: page printed', () => never(context, {})],
    ['not remembered: tenant from the database', () => tenants.find(tenantId)],
  ];
  const figures = [];
  for (const [name, work] of measured) figures.push({ name, microseconds: rounded(await timeOf(work)) });
  await services.close();
  return {
    name: 'Steps of a warm view',
    repeats,
    figures,
    printed: table(
      ['Step of a warm view', 'µs'],
      figures.map(({ name, microseconds }) => [name, microseconds]),
    ),
  };
}

async function timeOf(work: () => unknown): Promise<number> {
  for (let each = 0; each < repeats / 3; each += 1) await work();
  const startedAt = performance.now();
  for (let each = 0; each < repeats; each += 1) await work();
  return ((performance.now() - startedAt) * 1_000) / repeats;
}

/** As much of a request and an answer as the steps look at. */
function requestOf(tenantId: string, cookie: string): Request {
  return {
    method: 'GET',
    originalUrl: '/panel',
    headers: { cookie },
    query: { uctx: tenantId, usid: '1', lang: 'en' },
    socket: { remoteAddress: '127.0.0.1' },
    acceptsLanguages: () => ['en'],
    log: { setBindings: () => {} },
  } as unknown as Request;
}

function run(step: ReturnType<typeof securityHeaders>, request: Request): void {
  let onClose = () => {};
  const response = {
    statusCode: 200,
    writableFinished: true,
    setHeaders: () => {},
    once: (_event: string, listener: () => void) => {
      onClose = listener;
    },
  };
  step({ ...request } as Request, response as unknown as Response, () => {});
  onClose();
}
