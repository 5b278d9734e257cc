import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { SuperOffice } from '../../superoffice/client.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { FailedRemoval, Tenant } from '../../tenants/tenant.ts';
import type { TenantExport } from '../../tenants/tenant-export.ts';
import { requestedLanguage } from '../links.ts';
import { parseForm } from '../rendering/form-parsing.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';

/** `force` deletes our data although something that the app created is left in the tenant. */
const uninstallSchema = z.object({ force: z.enum(['', 'yes']).default('') });

/** What the removal of the app needs. */
export interface UninstallDeps {
  readonly administratorGuard: AdministratorGuard;
  readonly sessions: Sessions;
  /** Removes panels and webhook, then our data. If something is left in the tenant, our data stays unless `force`. */
  readonly deprovision: (
    tenant: Tenant,
    by: { readonly associateId: number; readonly force: boolean },
  ) => Promise<{ readonly failedRemovals: readonly FailedRemoval[]; readonly removed: boolean }>;
  /** Holds credentials and states of tenants in memory. */
  readonly superOffice: Pick<SuperOffice, 'tickets' | 'states'>;
  readonly audit: AuditLog;
  readonly languages: Languages;
  readonly views: Views;
}

/**
 * Removes the app from the administrator's tenant: first its panels and webhook there, then all data of the tenant
 * here. If something could not be removed, the data stays, because another attempt needs it, unless the form has
 * `force`.
 */
export function createUninstall(deps: UninstallDeps): RequestHandler {
  const { administratorGuard, sessions, deprovision, superOffice, audit, languages, views } = deps;

  return async function uninstall(request, response) {
    const administrator = await administratorGuard.requireForForm(request, response, '/uninstall');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const { force } = parseForm(uninstallSchema, request.body);
    const lang = requestedLanguage(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const by = { associateId: session.associateId, force: force === 'yes' };
    const { failedRemovals, removed } = await deprovision(tenant, by);
    const { tenantId, companyName } = tenant;
    if (removed) {
      superOffice.tickets.invalidate(tenantId);
      superOffice.states.invalidate(tenantId);
      sessions.clear(response);
    } else await audit.write(session, { event: 'removal-incomplete', failedRemovals: failedRemovals.length });
    request.log.info({ removed, failedRemovals }, removed ? 'tenant removed' : 'removal incomplete');
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

/** Serves the page that the App Store opens to remove the app: the download of all data, and the removal. */
export function createRemoval(
  deps: Pick<UninstallDeps, 'administratorGuard' | 'sessions' | 'languages' | 'views'>,
): RequestHandler {
  const { administratorGuard, sessions, languages, views } = deps;

  return async function removal(request, response) {
    const administrator = await administratorGuard.signInOrRequire(request, response, '/uninstall');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const lang = requestedLanguage(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const { companyName, tenantId } = tenant;
    const page = { lang, companyName, tenantId, csrfToken: sessions.csrfToken(session) };
    response.set('Cache-Control', 'no-store').send(views('removal', language, page));
  };
}

/** Downloads all stored data of the administrator's tenant as a JSON file. */
export function createExport(deps: {
  administratorGuard: AdministratorGuard;
  exportTenant: (tenantId: string) => Promise<TenantExport>;
  audit: AuditLog;
}): RequestHandler {
  return async function exportData(request, response) {
    const administrator = await deps.administratorGuard.requireForForm(request, response, '/uninstall');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    request.log.info({}, 'tenant data exported');
    await deps.audit.write(session, { event: 'exported' });
    response
      .set('Cache-Control', 'private, no-store')
      .attachment(`planlens-${tenant.tenantId}.json`)
      .send(JSON.stringify(await deps.exportTenant(tenant.tenantId), null, 2));
  };
}
