import { type RequestHandler, Router } from 'express';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { LicenseHistory } from '../../snapshots/license-history.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { UserDataStore } from '../../tenants/user-data.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { FormDrafts } from '../sign-in/form-draft.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { createAdmin } from './admin.ts';
import { createResolveAccessRequest, createSaveContract } from './admin-actions.ts';
import { createAdminPage } from './admin-page.ts';
import { createUserDataAction } from './user-data-actions.ts';

/** Routes of the administration page and of the forms on it. */
export function createAdminRouter(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  sessions: Sessions;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  history: LicenseHistory;
  accessRequests: AccessRequestStore;
  audit: AuditLog;
  users: UserStore;
  userData: UserDataStore;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  views: Views;
  form: RequestHandler;
  csrfProtection: RequestHandler;
  now: () => number;
}): Router {
  const { form, csrfProtection } = deps;
  const adminDeps = { ...deps, adminPage: createAdminPage(deps) };

  const router = Router();
  router.route('/admin').get(createAdmin(adminDeps)).all(methodNotAllowed);
  router
    .route('/admin/access-requests')
    .post(form, csrfProtection, createResolveAccessRequest(adminDeps))
    .all(methodNotAllowed);
  router
    .route('/admin/contract')
    .post(form, csrfProtection, createSaveContract(adminDeps))
    .all(methodNotAllowed);
  router
    .route('/admin/user-data')
    .post(form, csrfProtection, createUserDataAction(adminDeps))
    .all(methodNotAllowed);
  return router;
}
