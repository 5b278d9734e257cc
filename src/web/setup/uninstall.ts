import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { FailedRemoval, Tenant } from '../../tenants/tenant.ts';
import type { TenantExport } from '../../tenants/tenant-export.ts';
import { requestedLanguage } from '../links.ts';
import { parseForm } from '../rendering/form-parsing.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';

/** `anyway` deletes our data though something of ours is left in the tenant. */
const uninstallSchema = z.object({ force: z.enum(['', 'yes']).default('') });

/**
 * Removes the app from the administrator's tenant: panels and webhook there, then everything we hold. Our data stay as
 * long as something could not be removed, for without them nobody could try again, unless the administrator insists.
 */
export function createUninstall(deps: {
  administratorGuard: AdministratorGuard;
  sessions: Sessions;
  /** Removes panels and webhook, then everything we hold; what is left has our data stay, but for `anyway`. */
  deprovision: (
    tenant: Tenant,
    by: { readonly associateId: number; readonly force: boolean },
  ) => Promise<{ readonly failedRemovals: readonly FailedRemoval[]; readonly removed: boolean }>;
  /** Forgets what this process remembers of a tenant. */
  forget: (tenantId: string) => void;
  audit: AuditLog;
  languages: Languages;
  views: Views;
}): RequestHandler {
  const { administratorGuard, sessions, deprovision, audit, forget, languages, views } = deps;

  return async function uninstall(request, response) {
    const { tenant, session } = await administratorGuard.require(request);
    const { force } = parseForm(uninstallSchema, request.body);
    const lang = requestedLanguage(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const by = { associateId: session.associateId, force: force === 'yes' };
    const { failedRemovals, removed } = await deprovision(tenant, by);
    const { tenantId, companyName } = tenant;
    if (removed) {
      forget(tenantId);
      sessions.end(response);
    } else await audit.write(session, { event: 'removal-incomplete', failedRemovals: failedRemovals.length });
    request.log.info({ removed, failedRemovals }, 'uninstall');
    const page = {
      lang,
      tenantId,
      companyName,
      removed,
      failedRemovals,
      csrfToken: sessions.csrfToken(session),
    };
    response
      .status(removed ? 200 : 502)
      .set('Cache-Control', 'no-store')
      .send(views('uninstall', language, page));
  };
}

/** Where the App Store sends administrators who want to remove the app: it is done on the setup page. */
export const uninstallPage: RequestHandler = (_request, response) => {
  response.redirect(302, '/setup#uninstall');
};

/** What we hold about the administrator's tenant, as a file. */
export function createExport(deps: {
  administratorGuard: AdministratorGuard;
  exportTenant: (tenantId: string) => Promise<TenantExport>;
  audit: AuditLog;
}): RequestHandler {
  return async function exportData(request, response) {
    const { tenant, session } = await deps.administratorGuard.require(request);
    request.log.info({}, 'export');
    await deps.audit.write(session, { event: 'exported' });
    response
      .set('Cache-Control', 'private, no-store')
      .attachment(`planlens-${tenant.tenantId}.json`)
      .send(JSON.stringify(await deps.exportTenant(tenant.tenantId), null, 2));
  };
}
