import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { TenantExport } from '../../tenants/tenant-export.ts';
import type { Remainder, Tenant } from '../../tenants/tenant-store.ts';
import { languageAskedBy } from '../links.ts';
import { formOf } from '../rendering/form-parsing.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { Administrators } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';

/** `anyway` deletes our data though something of ours is left in the tenant. */
const uninstallSchema = z.object({ anyway: z.enum(['', 'yes']).default('') });

/**
 * Removes the app from the administrator's tenant: panels and webhook there, then everything we hold. Our data stay as
 * long as something could not be removed, for without them nobody could try again, unless the administrator insists.
 */
export function createUninstall(deps: {
  administrators: Administrators;
  sessions: Sessions;
  /** Removes panels and webhook, then everything we hold; what is left has our data stay, but for `anyway`. */
  deprovision: (
    tenant: Tenant,
    by: { readonly associateId: number; readonly anyway: boolean },
  ) => Promise<{ readonly remainders: readonly Remainder[]; readonly removed: boolean }>;
  /** Forgets what this process remembers of a tenant. */
  forget: (ctx: string) => void;
  audit: AuditLog;
  languages: Languages;
  views: Views;
}): RequestHandler {
  const { administrators, sessions, deprovision, audit, forget, languages, views } = deps;

  return async function uninstall(request, response) {
    const { tenant, session } = await administrators.require(request);
    const { anyway } = formOf(uninstallSchema, request.body);
    const lang = languageAskedBy(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const by = { associateId: session.associateId, anyway: anyway === 'yes' };
    const { remainders, removed } = await deprovision(tenant, by);
    const { ctx, companyName } = tenant;
    if (removed) {
      forget(ctx);
      sessions.end(response);
    } else await audit.write(session, { event: 'removal-incomplete', remainders: remainders.length });
    request.log.info({ removed, remainders }, 'uninstall');
    const page = { lang, ctx, companyName, removed, remainders, csrfToken: sessions.csrfToken(session) };
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
  administrators: Administrators;
  exportTenant: (ctx: string) => Promise<TenantExport>;
  audit: AuditLog;
}): RequestHandler {
  return async function exportData(request, response) {
    const { tenant, session } = await deps.administrators.require(request);
    request.log.info({}, 'export');
    await deps.audit.write(session, { event: 'exported' });
    response
      .set('Cache-Control', 'private, no-store')
      .attachment(`planlens-${tenant.ctx}.json`)
      .send(JSON.stringify(await deps.exportTenant(tenant.ctx), null, 2));
  };
}
