import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import express, { type Express, Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { deriveKeyring } from './crypto/keyring.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import { createEntitlementEngine } from './licensing/entitlement-engine.ts';
import { createSessionEnds } from './lifecycle/is-session-ended.ts';
import type { Deprovision } from './lifecycle/provisioning/deprovision.ts';
import { createCompareUsers } from './lifecycle/reconcile/compare-users.ts';
import type { Metrics } from './metrics.ts';
import type { Services } from './services.ts';
import { createFindListedUser } from './snapshots/find-listed-user.ts';
import { createApiRouters } from './web/api/api-router.ts';
import { createApiDocsRouter } from './web/api/docs/docs-router.ts';
import { createEvaluationShortcut } from './web/api/ofrep/evaluation-shortcut.ts';
import { createCallbacksRouter } from './web/callbacks/callbacks-router.ts';
import { createWebhookShortcut } from './web/callbacks/webhook-shortcut.ts';
import { createErrorHandler } from './web/error-handler.ts';
import { createAuditRefusal } from './web/middleware/audit-refusals.ts';
import { clientAddress, type IsTrustedProxy } from './web/middleware/client-address.ts';
import { createDeferredRouter } from './web/middleware/deferred-router.ts';
import { inOneStep } from './web/middleware/in-one-step.ts';
import { limitInFlight } from './web/middleware/limit-in-flight.ts';
import { limitPipelining } from './web/middleware/limit-pipelining.ts';
import { limitRequestsPerTurn } from './web/middleware/limit-requests-per-turn.ts';
import { createOwnPagesOnly } from './web/middleware/own-origin.ts';
import { createRequestLimits } from './web/middleware/request-limits.ts';
import { requestLog } from './web/middleware/request-log.ts';
import { requestMetrics } from './web/middleware/request-metrics.ts';
import {
  allowFramingByCrm,
  createHiddenFramePolicies,
  headersOf,
  keepOpener,
  securityHeaders,
} from './web/middleware/security-headers.ts';
import { createOperationsRouter } from './web/operations/operations-router.ts';
import { createPanelRouter } from './web/panel/panel-router.ts';
import { createPanelShortcut } from './web/panel/panel-shortcut.ts';
import { serveAssets } from './web/rendering/assets.ts';
import { type Languages, loadLanguages } from './web/rendering/i18n.ts';
import { loadVendor, type Vendor } from './web/rendering/vendor.ts';
import { type LoadedViews, loadViews } from './web/rendering/views.ts';
import { createFinishInstall } from './web/setup/install.ts';
import { createBeginSignIn, createStartSignIn } from './web/sign-in/begin-sign-in.ts';
import { createCsrfProtection } from './web/sign-in/csrf.ts';
import { createFormDrafts } from './web/sign-in/form-draft.ts';
import { createAdministratorGuard } from './web/sign-in/require-administrator.ts';
import { createSessions } from './web/sign-in/session.ts';
import { createSignInRouter } from './web/sign-in/sign-in-router.ts';

/** The texts and templates of all pages, and the vendor that they name. */
export interface Pages {
  readonly languages: Languages;
  readonly views: LoadedViews;
  readonly vendor: Vendor;
}

/**
 * Loads `locales`, `views` and the vendor file of the project's folder.
 * @throws if a file is missing or invalid, or a template has an error
 */
export function loadPages(root: string): Pages {
  return {
    languages: loadLanguages(join(root, 'locales')),
    views: loadViews(root),
    vendor: loadVendor(join(root, 'manifest', 'vendor.json')),
  };
}

/** What the web application is made from. */
export interface AppDeps {
  readonly config: Config;
  readonly services: Services;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly pages: Pages;
  /** The project's folder, which contains `public`. */
  readonly root: string;
  readonly deprovision: Deprovision;
  /** Aborted when the process stops, which `/readyz` reports. */
  readonly stopping: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Requests that one client may have in flight: a sixteenth of the connections of the process. */
const maxInFlightPerClient = 256;
/** Requests that one turn of the event loop handles: it lasts less than 0.1 s, so that timers run in a flood. */
const maxRequestsPerTurn = 256;

/** The web application, and what a server calls for each request. */
export interface App {
  readonly app: Express;
  readonly listener: RequestListener;
  /** Loads the routes that a start does not load: those of administrators and of the installation. */
  loadRest(): Promise<void>;
  /** Prints panels of a made-up user, so that the first user does not wait for code that has never run. */
  warmUp(): Promise<void>;
}

/** Builds the web application: its middleware and routers, in the order in which a request passes them. */
export function buildApp(appDeps: AppDeps): App {
  const { config, services, log, metrics, pages, root, deprovision, stopping, now } = appDeps;
  const { superOffice, tenants, signIns } = services;
  const { publicUrl } = config;
  const { loginUrl } = config.superOffice;
  const compareUsers = createCompareUsers({ ...services, webApi: superOffice.webApi, log, now });
  const sessionEnds = createSessionEnds({ ...services, compareUsers, now });
  const sessions = createSessions({ keys: config.sessionKeys, publicUrl, loginUrl, ...sessionEnds, now });
  const startSignIn = createStartSignIn({
    signIns,
    authorizeUrl: superOffice.authorizationCodeFlow.authorizeUrl,
  });
  const limits = createRequestLimits(now);
  const beginSignIn = createBeginSignIn({ startSignIn, ...pages });
  const drafts = createFormDrafts({
    secrets: createSecretBox(deriveKeyring(config.sessionKeys, 'form draft')),
    sessions,
  });
  const deps = {
    ...services,
    ...pages,
    findListedUser: createFindListedUser({ ...services, compareUsers, now }),
    crmAddresses: superOffice.crmAddresses,
    sessions,
    startSignIn,
    beginSignIn,
    drafts,
    limits,
    administratorGuard: createAdministratorGuard({ sessions, tenants, beginSignIn, drafts, limits, now }),
    entitlementEngine: createEntitlementEngine(config.assumptions),
    publicUrl,
    inCrm: allowFramingByCrm(config.superOffice.frameAncestors),
    hiddenFramePolicies: createHiddenFramePolicies(config.superOffice.frameAncestors),
    ownIdentityProviders: config.superOffice.ownIdentityProviders,
    keepOpener,
    ownPagesOnly: createOwnPagesOnly(publicUrl),
    form: express.urlencoded({ extended: false, limit: '16kb' }),
    csrfProtection: createCsrfProtection({ sessions, limits }),
    log,
    now,
  };
  const { verifyStateChangeToken, tickets } = superOffice;
  const finishInstall = createFinishInstall({ ...deps, verifySystemUser: tickets.verifySystemUser });
  const auditRefusal = createAuditRefusal(deps);
  const { notFound, handleError } = createErrorHandler({ ...deps, auditRefusal });

  const app = express().set('query parser', 'simple').disable('x-powered-by');
  app.set('trust proxy', [...config.trustedProxies]);
  const isTrusted: IsTrustedProxy = app.get('trust proxy fn');
  const limitFirst = inOneStep(limitPipelining(), clientAddress(isTrusted, log));
  const observe = inOneStep(requestMetrics(metrics.onRequest), requestLog(log));
  const limitClients = limitInFlight(maxInFlightPerClient);
  const headers = securityHeaders();
  const callbacks = createCallbacksRouter({ ...deps, verifyStateChangeToken });
  const webhookShortcut = createWebhookShortcut({
    app,
    findHook: services.webhooks.peekByHookId,
    receiveEvent: callbacks.receiveEvent,
    steps: inOneStep(limitFirst, observe, limitClients),
    headers,
  });
  app.use(inOneStep(webhookShortcut.rejectFailed, limitFirst, observe));
  const { metricsToken, apiRequestsPerSecond: requestsPerSecond } = config;
  const api = createApiRouters({
    ...deps,
    auditRefusal,
    sessionKeys: config.sessionKeys,
    assumptions: config.assumptions,
    flagCacheBytes: config.cache.flagBytes,
    requestsPerSecond,
    limitClients,
    stopping,
  });
  app.use(api.evaluation);
  app.use(headers);
  app.use(createOperationsRouter({ ...deps, stopping, registry: metrics.registry, metricsToken }));
  app.use(api.others);
  app.use(limitClients);
  app.use('/assets', serveAssets(root));
  app.use(createApiDocsRouter(deps));
  app.use(callbacks.router);
  const panel = createPanelRouter({ ...deps, pageCacheBytes: config.cache.pageBytes });
  app.use(panel.router);
  app.use(createSignInRouter({ ...deps, finishInstall }));
  const rest = createDeferredRouter(async () => {
    const { createAdminRouter } = await import('./web/admin/admin-router.ts');
    const { createSetupRouter } = await import('./web/setup/setup-router.ts');
    return Router().use(createAdminRouter(deps), createSetupRouter({ ...deps, deprovision }));
  });
  app.use(rest.router);
  app.use(notFound, handleError);
  const panelShortcut = createPanelShortcut({
    app: webhookShortcut.listener,
    findView: panel.findView,
    steps: inOneStep(limitFirst, limitClients, observe),
    headers: headersOf(inOneStep(headers, deps.inCrm)),
  });
  const listener = createEvaluationShortcut({
    app: panelShortcut,
    evaluations: api.evaluations,
    onRequest: metrics.onRequest,
  });
  return {
    app,
    listener: limitRequestsPerTurn(listener, maxRequestsPerTurn),
    loadRest: rest.load,
    warmUp: panel.warmUp,
  };
}
