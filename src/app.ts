import { join } from 'node:path';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Deprovision } from './lifecycle/deprovision.ts';
import type { Metrics } from './metrics.ts';
import { createLicenseEngine } from './plans/license-engine.ts';
import type { Services } from './services.ts';
import { createAdmin } from './web/admin/admin.ts';
import { createAdminPage } from './web/admin/admin-page.ts';
import { createAnswerWish, createSaveContract } from './web/admin/answers.ts';
import { serveAssets } from './web/assets.ts';
import { createStateChangeCallback } from './web/callbacks/state-change.ts';
import { createWebhookCallback } from './web/callbacks/webhook.ts';
import { createReadyz, healthz } from './web/health.ts';
import { createFinishInstall, createInstall } from './web/install.ts';
import { createLanding } from './web/landing.ts';
import { loadLanguages } from './web/languages.ts';
import { onlyMethods } from './web/methods.ts';
import { createMetricsPage } from './web/metrics.ts';
import { createAsk } from './web/panel/ask.ts';
import { createFeaturePage } from './web/panel/feature-page.ts';
import { createKeptPages } from './web/panel/kept-pages.ts';
import { createPanel } from './web/panel/panel.ts';
import { createPlanPage } from './web/panel/plan-page.ts';
import { createRefresh } from './web/panel/refresh.ts';
import { createVisits } from './web/panel/visit.ts';
import { limitPipelining } from './web/pipelining.ts';
import { createProblems } from './web/problems.ts';
import { requestCount } from './web/request-count.ts';
import { requestLog } from './web/request-log.ts';
import { framedByCrm, securityHeaders } from './web/security-headers.ts';
import { createSetup } from './web/setup.ts';
import { createAdministrators } from './web/sign-in/administrators.ts';
import { createAfterSignIn } from './web/sign-in/after-sign-in.ts';
import { createAuthCallback } from './web/sign-in/auth-callback.ts';
import { createBeginSignIn } from './web/sign-in/begin-sign-in.ts';
import { createPopUp, createRedeemHandOver, createSessionCheck } from './web/sign-in/hand-over.ts';
import { createOwnForms } from './web/sign-in/own-forms.ts';
import { createSessions } from './web/sign-in/session.ts';
import { createWelcome } from './web/sign-in/welcome.ts';
import { createExport, createUninstall, uninstallPage } from './web/uninstall.ts';
import { loadViews } from './web/views.ts';

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
  const { superOffice, tenants, signIns, handOvers, licenses, history, wishes, webhooks, inbox, audit } =
    services;
  const views = loadViews(root);
  const languages = loadLanguages(join(root, 'locales'));
  const sessions = createSessions({ keys: config.sessionKeys, now });
  const beginSignIn = createBeginSignIn({ signIns, authorizeUrl: superOffice.signIn.authorizeUrl });
  const problems = createProblems({ languages, views });
  const licenseEngine = createLicenseEngine(config.assumptions);
  const inCrm = framedByCrm(config.superOffice.frameAncestors);
  const form = express.urlencoded({ extended: false, limit: '16kb' });
  const json = express.json({ limit: '4kb' });
  const ownForms = createOwnForms({ sessions });
  const welcome = createWelcome({ tenants, licenses, audit, webApi: superOffice.webApi, log });
  const administrators = createAdministrators({ sessions, tenants, beginSignIn, now });
  const visits = createVisits({ tenants, sessions, licenses, wishes, licenseEngine, languages, now });
  const pages = createKeptPages({ views, maxBytes: config.cacheBytes / 2 });
  const adminPage = createAdminPage({
    sessions,
    wishes,
    licenses,
    history,
    licenseEngine,
    languages,
    views,
    now,
  });

  const app = express().set('query parser', 'simple').disable('x-powered-by');
  app.use(limitPipelining(), requestCount(metrics.onRequest), requestLog(log), securityHeaders());
  app.use('/assets', serveAssets(root));

  const bytes = express.raw({ type: () => true, limit: '256kb' });
  app.post('/callbacks/webhooks/:hookId', bytes, createWebhookCallback({ webhooks, inbox }));
  const { verifyStateChangeToken } = superOffice;
  app.post(
    '/callbacks/state-change',
    express.json({ limit: '64kb' }),
    createStateChangeCallback({ verifyToken: verifyStateChangeToken, inbox }),
  );

  app.get('/healthz', healthz());
  app.get('/readyz', createReadyz(services));
  app.get('/metrics', createMetricsPage(metrics.registry));
  app.get('/', createLanding({ languages, views }));
  app.get('/install', createInstall({ beginSignIn }));

  const authCallback = createAuthCallback({
    signIns,
    redeemCode: superOffice.signIn.redeemCode,
    verifyIdToken: superOffice.verifyIdToken,
    after: {
      install: createFinishInstall({
        tenants,
        sessions,
        proveSystemUser: superOffice.tickets.prove,
      }),
      ...createAfterSignIn({ welcome, sessions, handOvers, languages, views, now }),
    },
  });
  app.get('/auth/callback', inCrm, authCallback);
  app.post('/auth/callback', inCrm, form, authCallback);

  app.get('/panel', inCrm, createPanel({ visits, beginSignIn, pages, now }));
  app.get('/panel/feature', inCrm, createFeaturePage({ visits, views }));
  app.get('/panel/plan', inCrm, createPlanPage({ visits, views }));
  app.post('/panel/wishes', inCrm, form, ownForms, createAsk({ visits, wishes, audit }));
  app.post('/panel/refresh', inCrm, form, ownForms, createRefresh({ visits, licenses }));
  app.get('/panel/sign-in', createPopUp({ beginSignIn }));
  app.get('/panel/session', createSessionCheck({ sessions }));
  app.post(
    '/panel/session',
    json,
    createRedeemHandOver({ publicUrl: config.publicUrl, handOvers, sessions }),
  );
  app.get('/admin', createAdmin({ administrators, adminPage }));
  app.post('/admin/wishes', form, ownForms, createAnswerWish({ administrators, wishes, audit, adminPage }));
  app.post(
    '/admin/contract',
    form,
    ownForms,
    createSaveContract({ administrators, tenants, audit, adminPage, now }),
  );
  app.get('/setup', createSetup({ administrators, languages, views, webhooks, audit, sessions }));

  app.get('/setup/export', createExport({ administrators, exportTenant: services.exportTenant, audit }));
  app.get('/uninstall', uninstallPage);
  const forget = (ctx: string) => {
    superOffice.tickets.forget(ctx);
    superOffice.states.forget(ctx);
  };
  const uninstallDeps = { administrators, sessions, deprovision, audit, forget, languages, views };
  app.post('/uninstall', form, ownForms, createUninstall(uninstallDeps));

  app.all(['/auth/callback', '/panel/session', '/uninstall'], onlyMethods('GET', 'POST'));
  app.all(
    [
      '/panel/wishes',
      '/panel/refresh',
      '/admin/wishes',
      '/admin/contract',
      '/callbacks/webhooks/:hookId',
      '/callbacks/state-change',
    ],
    onlyMethods('POST'),
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
    onlyMethods('GET'),
  );
  app.use(problems.notFound, problems.answerProblem);
  return app;
}
