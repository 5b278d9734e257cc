import { join } from 'node:path';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { createEntitlementEngine } from './licensing/entitlement-engine.ts';
import type { Deprovision } from './lifecycle/provisioning/deprovision.ts';
import type { Metrics } from './metrics.ts';
import type { Services } from './services.ts';
import { createAdmin } from './web/admin/admin.ts';
import { createResolveAccessRequest, createSaveContract } from './web/admin/admin-actions.ts';
import { createAdminPage } from './web/admin/admin-page.ts';
import { createStateChangeCallback } from './web/callbacks/state-change.ts';
import { createWebhookCallback } from './web/callbacks/webhook.ts';
import { createErrorHandler } from './web/error-handler.ts';
import { limitPipelining } from './web/middleware/limit-pipelining.ts';
import { methodNotAllowed } from './web/middleware/method-not-allowed.ts';
import { requestLog } from './web/middleware/request-log.ts';
import { requestMetrics } from './web/middleware/request-metrics.ts';
import { framedByCrm, securityHeaders } from './web/middleware/security-headers.ts';
import { createReadyz, healthz } from './web/operations/health.ts';
import { createMetricsPage } from './web/operations/metrics-page.ts';
import { createSubmitAccessRequest } from './web/panel/access-request.ts';
import { createFeaturePage } from './web/panel/feature-page.ts';
import { createPageCache } from './web/panel/page-cache.ts';
import { createPanel } from './web/panel/panel.ts';
import { createPanelContexts } from './web/panel/panel-context.ts';
import { createPlanPage } from './web/panel/plan-page.ts';
import { createRefresh } from './web/panel/refresh.ts';
import { serveAssets } from './web/rendering/assets.ts';
import { loadLanguages } from './web/rendering/i18n.ts';
import { loadViews } from './web/rendering/views.ts';
import { createFinishInstall, createInstall } from './web/setup/install.ts';
import { createLanding } from './web/setup/landing.ts';
import { createSetup } from './web/setup/setup.ts';
import { createExport, createUninstall, uninstallPage } from './web/setup/uninstall.ts';
import { createAfterSignIn } from './web/sign-in/after-sign-in.ts';
import { createAuthCallback } from './web/sign-in/auth-callback.ts';
import { createBeginSignIn } from './web/sign-in/begin-sign-in.ts';
import { createCsrfProtection } from './web/sign-in/csrf.ts';
import { createAdministratorGuard } from './web/sign-in/require-administrator.ts';
import { createSessions } from './web/sign-in/session.ts';
import { createPopUp, createRedeemHandoff, createSessionCheck } from './web/sign-in/session-handoff.ts';
import { createStartSession } from './web/sign-in/start-session.ts';

export interface AppDeps {
  readonly config: Config;
  readonly services: Services;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The project's folder: where `views`, `locales`, `public` and `manifest` are. */
  readonly root: string;
  readonly deprovision: Deprovision;
  readonly now: () => number;
}

/** The web application: every step of a request, in order. */
export function buildApp({ config, services, log, metrics, root, deprovision, now }: AppDeps): Express {
  const {
    superOffice,
    tenants,
    signIns,
    handoffs,
    licenses,
    history,
    accessRequests,
    webhooks,
    callbackQueue,
    audit,
  } = services;
  const views = loadViews(root);
  const languages = loadLanguages(join(root, 'locales'));
  const sessions = createSessions({ keys: config.sessionKeys, now });
  const beginSignIn = createBeginSignIn({ signIns, authorizeUrl: superOffice.signIn.authorizeUrl });
  const problems = createErrorHandler({ languages, views });
  const entitlementEngine = createEntitlementEngine(config.assumptions);
  const inCrm = framedByCrm(config.superOffice.frameAncestors);
  const form = express.urlencoded({ extended: false, limit: '16kb' });
  const json = express.json({ limit: '4kb' });
  const csrfProtection = createCsrfProtection({ sessions });
  const startSession = createStartSession({ tenants, licenses, audit, webApi: superOffice.webApi, log });
  const administratorGuard = createAdministratorGuard({ sessions, tenants, beginSignIn, now });
  const panelContexts = createPanelContexts({
    tenants,
    sessions,
    licenses,
    accessRequests,
    entitlementEngine,
    languages,
    now,
  });
  const pages = createPageCache({ views, maxBytes: config.cache.pageBytes });
  const adminPage = createAdminPage({
    sessions,
    accessRequests,
    licenses,
    history,
    entitlementEngine,
    languages,
    views,
    now,
  });

  const app = express().set('query parser', 'simple').disable('x-powered-by');
  app.use(limitPipelining(), requestMetrics(metrics.onRequest), requestLog(log), securityHeaders());
  app.use('/assets', serveAssets(root));

  const bytes = express.raw({ type: () => true, limit: '256kb' });
  app.post('/callbacks/webhooks/:hookId', bytes, createWebhookCallback({ webhooks, callbackQueue }));
  const { verifyStateChangeToken } = superOffice;
  app.post(
    '/callbacks/state-change',
    express.json({ limit: '64kb' }),
    createStateChangeCallback({ verifyToken: verifyStateChangeToken, callbackQueue }),
  );

  app.get('/healthz', healthz());
  app.get('/readyz', createReadyz(services));
  app.get('/metrics', createMetricsPage(metrics.registry));
  app.get('/', createLanding({ languages, views }));
  app.get('/install', createInstall({ beginSignIn }));

  const authCallback = createAuthCallback({
    signIns,
    exchangeCode: superOffice.signIn.exchangeCode,
    verifyIdToken: superOffice.verifyIdToken,
    after: {
      install: createFinishInstall({
        tenants,
        sessions,
        verifySystemUser: superOffice.tickets.verifySystemUser,
      }),
      ...createAfterSignIn({ startSession, sessions, handoffs, languages, views, now }),
    },
  });
  app.get('/auth/callback', inCrm, authCallback);
  app.post('/auth/callback', inCrm, form, authCallback);

  app.get('/panel', inCrm, createPanel({ panelContexts, beginSignIn, pages, now }));
  app.get('/panel/feature', inCrm, createFeaturePage({ panelContexts, views }));
  app.get('/panel/plan', inCrm, createPlanPage({ panelContexts, views }));
  app.post(
    '/panel/access-requests',
    inCrm,
    form,
    csrfProtection,
    createSubmitAccessRequest({ panelContexts, accessRequests, audit }),
  );
  app.post('/panel/refresh', inCrm, form, csrfProtection, createRefresh({ panelContexts, licenses }));
  app.get('/panel/sign-in', createPopUp({ beginSignIn }));
  app.get('/panel/session', createSessionCheck({ sessions }));
  app.post('/panel/session', json, createRedeemHandoff({ publicUrl: config.publicUrl, handoffs, sessions }));
  app.get('/admin', createAdmin({ administratorGuard, adminPage }));
  app.post(
    '/admin/access-requests',
    form,
    csrfProtection,
    createResolveAccessRequest({ administratorGuard, accessRequests, audit, adminPage }),
  );
  app.post(
    '/admin/contract',
    form,
    csrfProtection,
    createSaveContract({ administratorGuard, tenants, audit, adminPage, now }),
  );
  app.get('/setup', createSetup({ administratorGuard, languages, views, webhooks, audit, sessions }));

  app.get('/setup/export', createExport({ administratorGuard, exportTenant: services.exportTenant, audit }));
  app.get('/uninstall', uninstallPage);
  const forget = (tenantId: string) => {
    superOffice.tickets.invalidate(tenantId);
    superOffice.states.invalidate(tenantId);
  };
  const uninstallDeps = { administratorGuard, sessions, deprovision, audit, forget, languages, views };
  app.post('/uninstall', form, csrfProtection, createUninstall(uninstallDeps));

  app.all(['/auth/callback', '/panel/session', '/uninstall'], methodNotAllowed('GET', 'POST'));
  app.all(
    [
      '/panel/access-requests',
      '/panel/refresh',
      '/admin/access-requests',
      '/admin/contract',
      '/callbacks/webhooks/:hookId',
      '/callbacks/state-change',
    ],
    methodNotAllowed('POST'),
  );
  app.all(
    [
      '/',
      '/healthz',
      '/readyz',
      '/metrics',
      '/install',
      '/panel',
      '/panel/feature',
      '/panel/plan',
      '/panel/sign-in',
      '/admin',
      '/setup',
      '/setup/export',
    ],
    methodNotAllowed('GET'),
  );
  app.use(problems.notFound, problems.handleError);
  return app;
}
