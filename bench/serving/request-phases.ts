import { PassThrough } from 'node:stream';
import type { Request, Response } from 'express';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/config.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openServices } from '../../src/services.ts';
import { createRequestLimits } from '../../src/web/middleware/request-limits.ts';
import { requestLog } from '../../src/web/middleware/request-log.ts';
import { requestMetrics } from '../../src/web/middleware/request-metrics.ts';
import { securityHeaders } from '../../src/web/middleware/security-headers.ts';
import { createPageCache } from '../../src/web/panel/page-cache.ts';
import { createPanelContexts } from '../../src/web/panel/panel-context.ts';
import { loadLanguages } from '../../src/web/rendering/i18n.ts';
import { loadViews } from '../../src/web/rendering/views.ts';
import { sessionCookie, sessionsOf } from '../../test/support/session-cookie.ts';
import { entitlementEngine } from '../../test/unit/licensing/fixtures/engine.ts';
import { type BenchDatabase, createEnvironment, root } from './bench-database.ts';
import { seedTenants, tenantIdAt } from './seed.ts';
import { formatTable, round } from './table.ts';

const repeats = 3_000;

/** Measures each phase of a warm panel view in isolation, and the cost without its cache. */
export async function requestPhases(benchDatabase: BenchDatabase) {
  const environment = await createEnvironment(await benchDatabase.ensureDatabase('request_phases'));
  await seedTenants(environment, { tenants: 1, users: 1 });
  const config = loadConfig(environment);
  const services = await openServices({
    config,
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    now: Date.now,
  });
  const { tenants, licenses, accessRequests } = services;
  const sessions = sessionsOf(environment);
  const views = loadViews(root);
  const panelContexts = createPanelContexts({
    tenants,
    licenses,
    accessRequests,
    crmAddresses: services.superOffice.crmAddresses,
    findListedUser: async () => null,
    entitlementEngine,
    sessions,
    languages: loadLanguages(`${root}locales`),
    publicUrl: config.publicUrl,
    limits: createRequestLimits(Date.now),
    now: Date.now,
  });
  const tenantId = tenantIdAt(0);
  const request = createRequest(tenantId, sessionCookie(environment, { tenantId, associateId: 1 }));
  const tenant = await tenants.find(tenantId);
  if (tenant === null) throw new Error('no tenant was seeded');
  const context = await panelContexts.load(request);
  const tenantLicenses = context.tenantLicenses?.content ?? null;
  const userLicenses = context.userLicenses?.content ?? null;
  const cachedPage = createPageCache({ views, entitlementEngine, maxBytes: 1_000_000, onRemoval: () => {} });
  const uncachedPage = createPageCache({ views, entitlementEngine, maxBytes: 1, onRemoval: () => {} });
  const headers = securityHeaders();
  const count = requestMetrics(createMetrics().onRequest);
  const log = requestLog(pino(new PassThrough().resume()));

  const measured: readonly [string, () => unknown][] = [
    ['session: read and verify cookie', () => sessions.read(request)],
    ['CSRF token', () => sessions.csrfToken(context.session)],
    ['tenant, cached', () => tenants.findCached(tenantId)],
    [
      'tenant and user snapshots, cached',
      () => Promise.all([licenses.getTenantLicenses(tenant), licenses.getUserLicenses(tenant, 1)]),
    ],
    ['access requests, cached', () => accessRequests.latestByUser(tenantId, 1)],
    ['page, cached', () => cachedPage.get(context, {})],
    ['security headers', () => run(headers, request)],
    ['log line and metrics', () => run(log, request) ?? run(count, request)],
    [
      'uncached: entitlements of a new tenant',
      () => entitlementEngine(tenantLicenses && { ...tenantLicenses }, context.today).report(userLicenses),
    ],
    ['uncached: page rendered', () => uncachedPage.get(context, {})],
    ['uncached: tenant from the database', () => tenants.find(tenantId)],
  ];
  const figures = [];
  for (const [name, work] of measured)
    figures.push({ name, microseconds: round(await measureMicroseconds(work)) });
  await services.close();
  return {
    name: 'Phases of a warm view',
    repeats,
    figures,
    printed: formatTable(
      ['Phase of a warm view', 'µs'],
      figures.map(({ name, microseconds }) => [name, microseconds]),
    ),
  };
}

async function measureMicroseconds(work: () => unknown): Promise<number> {
  for (let each = 0; each < repeats / 3; each += 1) await work();
  const startedAt = performance.now();
  for (let each = 0; each < repeats; each += 1) await work();
  return ((performance.now() - startedAt) * 1_000) / repeats;
}

/** A request with the properties that the phases read. */
function createRequest(tenantId: string, cookie: string): Request {
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

function run(middleware: ReturnType<typeof securityHeaders>, request: Request): void {
  let onClose = () => {};
  const listen = (_event: string, listener: () => void) => {
    onClose = listener;
  };
  const response = {
    statusCode: 200,
    writableFinished: true,
    setHeader: () => {},
    removeHeader: () => {},
    on: listen,
    once: listen,
  };
  middleware({ ...request } as Request, response as unknown as Response, () => {});
  onClose();
}
