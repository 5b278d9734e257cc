import express, { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { RefreshAfterSignIn } from '../../snapshots/refresh-after-sign-in.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import type { SuperOffice } from '../../superoffice/client.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { HandoffStore } from '../../tenants/handoff-store.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { SignInStore } from '../../tenants/sign-in-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { HiddenFramePolicies } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import { createAfterSignIn } from './after-sign-in.ts';
import { type AfterSignIn, createAuthCallback } from './auth-callback.ts';
import type { StartSignIn } from './begin-sign-in.ts';
import { createHiddenFrameFailure } from './hidden-frame-failure.ts';
import type { Sessions } from './session.ts';
import {
  createPopUp,
  createRedeemHandoff,
  createStartPopUpSignIn,
  prepareHandoff,
} from './session-handoff.ts';
import { createSignOut } from './sign-out.ts';
import { createStartSession } from './start-session.ts';

/** Routes of the sign-in: SuperOffice's redirect, the pop-up, and the session handoff to the panel that opened it. */
export function createSignInRouter(deps: {
  superOffice: Pick<SuperOffice, 'authorizationCodeFlow' | 'verifyIdToken' | 'webApi'>;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  users: Pick<UserStore, 'findListed'>;
  refreshAfterSignIn: Pick<RefreshAfterSignIn, 'request'>;
  audit: AuditLog;
  signIns: SignInStore;
  handoffs: HandoffStore;
  sessions: Sessions;
  sessionCutoffs: SessionCutoffStore;
  startSignIn: StartSignIn;
  hiddenFramePolicies: HiddenFramePolicies;
  ownIdentityProviders: readonly string[];
  finishInstall: AfterSignIn['install'];
  languages: Languages;
  views: Views;
  limits: RequestLimits;
  inCrm: RequestHandler;
  keepOpener: RequestHandler;
  ownPagesOnly: RequestHandler;
  form: RequestHandler;
  csrfProtection: RequestHandler;
  log: Logger;
  now: () => number;
}): Router {
  const { superOffice, finishInstall, inCrm, keepOpener, ownPagesOnly, form, csrfProtection } = deps;
  const startSession = createStartSession({ ...deps, webApi: superOffice.webApi });
  const authCallback = createAuthCallback({
    signIns: deps.signIns,
    exchangeCode: superOffice.authorizationCodeFlow.exchangeCode,
    verifyIdToken: superOffice.verifyIdToken,
    limits: deps.limits,
    after: { install: finishInstall, ...createAfterSignIn({ ...deps, startSession }) },
  });
  const hiddenFrameFailure = createHiddenFrameFailure(deps);
  const json = express.json({ limit: '4kb' });

  const router = Router();
  router
    .route('/auth/callback')
    .get(inCrm, authCallback, hiddenFrameFailure)
    .post(inCrm, form, authCallback, hiddenFrameFailure)
    .all(methodNotAllowed);
  router
    .route('/panel/sign-in')
    .get(keepOpener, createPopUp(deps))
    .post(ownPagesOnly, json, createStartPopUpSignIn(deps))
    .all(methodNotAllowed);
  router
    .route('/panel/session')
    .get(prepareHandoff)
    .post(ownPagesOnly, json, createRedeemHandoff(deps))
    .all(methodNotAllowed);
  router.route('/sign-out').post(form, csrfProtection, createSignOut(deps)).all(methodNotAllowed);
  return router;
}
