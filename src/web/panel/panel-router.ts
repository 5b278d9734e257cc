import { type RequestHandler, Router } from 'express';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { FindListedUser } from '../../snapshots/find-listed-user.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { HiddenFramePolicies } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { BeginSignIn, StartSignIn } from '../sign-in/begin-sign-in.ts';
import type { Sessions } from '../sign-in/session.ts';
import { createSubmitAccessRequest } from './access-request.ts';
import { createFeaturePage } from './feature-page.ts';
import { createNewerFeaturesPage } from './newer-features-page.ts';
import { createPageCache } from './page-cache.ts';
import { createPanel } from './panel.ts';
import { createPanelContexts } from './panel-context.ts';
import { createFindView, type FindView } from './panel-shortcut.ts';
import { createPanelSignIn, createSignInFirst } from './panel-sign-in.ts';
import { createPlansPage } from './plans-page.ts';
import { createRefresh } from './refresh.ts';
import { createSharedPlans } from './shared-plans.ts';
import { createWarmUp } from './warm-up.ts';

/** The web panel. */
export interface PanelRoutes {
  /** Its pages, which the CRM shows in a frame, and the forms on them. */
  readonly router: Router;
  /** Finds what `/panel` would answer, for `createPanelShortcut`. */
  readonly findView: FindView;
  /** Prints panels of a made-up user, so that the first user does not wait for code that has never run. */
  warmUp(): Promise<void>;
}

/** Creates the routes of the web panel. */
export function createPanelRouter(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  accessRequests: AccessRequestStore;
  audit: AuditLog;
  crmAddresses: CrmAddresses;
  sessions: Sessions;
  beginSignIn: BeginSignIn;
  startSignIn: StartSignIn;
  hiddenFramePolicies: HiddenFramePolicies;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  views: Views;
  publicUrl: string;
  /** Size limit of the page cache, in bytes. */
  pageCacheBytes: number;
  findListedUser: FindListedUser;
  onRemoval: (listener: (key: string | null) => void) => void;
  inCrm: RequestHandler;
  form: RequestHandler;
  csrfProtection: RequestHandler;
  limits: RequestLimits;
  now: () => number;
}): PanelRoutes {
  const { inCrm, form, csrfProtection } = deps;
  const panelContexts = createPanelContexts(deps);
  const pages = createPageCache({ ...deps, maxBytes: deps.pageCacheBytes });
  const signIn = createPanelSignIn(deps);
  const panelDeps = { ...deps, panelContexts, pages, signIn };
  const signInFirst = createSignInFirst(panelDeps);

  const router = Router();
  router.route('/panel').get(inCrm, createPanel(panelDeps)).all(methodNotAllowed);
  router.route('/panel/feature').get(inCrm, signInFirst, createFeaturePage(panelDeps)).all(methodNotAllowed);
  router
    .route('/panel/newer-features')
    .get(inCrm, signInFirst, createNewerFeaturesPage(panelDeps))
    .all(methodNotAllowed);
  router
    .route('/panel/plans')
    .get(inCrm, createSharedPlans(panelDeps), signInFirst, createPlansPage(panelDeps))
    .all(methodNotAllowed);
  router
    .route('/panel/access-requests')
    .post(inCrm, form, csrfProtection, createSubmitAccessRequest(panelDeps))
    .all(methodNotAllowed);
  router
    .route('/panel/refresh')
    .post(inCrm, form, csrfProtection, createRefresh(panelDeps))
    .all(methodNotAllowed);
  return { router, findView: createFindView(panelDeps), warmUp: createWarmUp(deps) };
}
