import { Router } from 'express';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { UserDirectory } from '../../../snapshots/user-directory.ts';
import type { UserLookup } from '../../../snapshots/user-lookup.ts';
import type { UserStore } from '../../../snapshots/user-store.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts';
import type { Languages } from '../../rendering/i18n.ts';
import type { AuthenticateApi } from '../api-caller.ts';
import type { ApiLimits } from '../api-limits.ts';
import { createLoadSubject } from '../ofrep/load-subject.ts';
import { createFeatureHandlers } from './features-handler.ts';
import { createLoadTenant } from './load-tenant.ts';
import { createOpenApiHandler } from './openapi-handler.ts';
import { createPlansHandler } from './plans-handler.ts';
import { createSeatsHandler } from './seats-handler.ts';
import { createUsersHandler } from './users-handler.ts';

/** Creates the routes for people and tools. Each is described in `openapi-document.ts`. */
export function createV1Routes(deps: {
  authenticate: AuthenticateApi;
  limits: Pick<ApiLimits, 'countExplanation'>;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  users: UserStore;
  userDirectory: UserDirectory;
  userLookup: UserLookup;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  publicUrl: string;
  now: () => number;
}): Router {
  const authenticate: AuthenticateApi = async (request) => {
    const caller = await deps.authenticate(request);
    deps.limits.countExplanation(caller);
    return caller;
  };
  const parts = { ...deps, authenticate, loadTenant: createLoadTenant(deps) };
  const features = createFeatureHandlers({ ...parts, loadSubject: createLoadSubject(deps) });
  const router = Router();
  router.route('/api/v1/users').get(createUsersHandler(parts)).all(methodNotAllowed);
  router.route('/api/v1/users/:id/features').get(features.all).all(methodNotAllowed);
  router.route('/api/v1/users/:id/features/:key').get(features.one).all(methodNotAllowed);
  router.route('/api/v1/plans').get(createPlansHandler(parts)).all(methodNotAllowed);
  router.route('/api/v1/seats').get(createSeatsHandler(parts)).all(methodNotAllowed);
  router.route('/api/v1/openapi.json').get(createOpenApiHandler(deps.publicUrl)).all(methodNotAllowed);
  return router;
}
