import { type RequestHandler, Router } from 'express';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { ExportTenant } from '../../tenants/tenant-export.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Vendor } from '../rendering/vendor.ts';
import type { Views } from '../rendering/views.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { createExport } from './export.ts';
import { createInstall } from './install.ts';
import { createLanding } from './landing.ts';
import { createSetup } from './setup.ts';
import { createRemoval, createUninstall, type UninstallDeps } from './uninstall.ts';

/** Routes of the installation: the landing page, consent, the setup page, the data export and the removal. */
export function createSetupRouter(
  deps: UninstallDeps & {
    beginSignIn: BeginSignIn;
    administratorGuard: AdministratorGuard;
    sessions: Sessions;
    webhooks: WebhookStore;
    audit: AuditLog;
    exportTenant: ExportTenant;
    languages: Languages;
    views: Views;
    vendor: Vendor;
    crmAddresses: CrmAddresses;
    ownPagesOnly: RequestHandler;
    form: RequestHandler;
    csrfProtection: RequestHandler;
    limits: RequestLimits;
  },
): Router {
  const { ownPagesOnly, form, csrfProtection } = deps;
  const landing = createLanding(deps);
  const router = Router();
  router.route('/').get(landing).all(methodNotAllowed);
  router.route('/install').get(landing).post(ownPagesOnly, createInstall(deps)).all(methodNotAllowed);
  router.route('/setup').get(createSetup(deps)).all(methodNotAllowed);
  router.route('/setup/export').post(form, csrfProtection, createExport(deps)).all(methodNotAllowed);
  router
    .route('/uninstall')
    .get(createRemoval(deps))
    .post(form, csrfProtection, createUninstall(deps))
    .all(methodNotAllowed);
  return router;
}
