import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { FailedRemoval, Tenant } from '../../tenants/tenant.ts';
import { requestedLanguage } from '../links.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import { parseForm } from '../rendering/form-parsing.ts';
import type { Language, Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { panelName } from './setup-view.ts';

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
  ) => Promise<{
    /** `superseded`: an administrator approved the app again meanwhile, which ends the removal. */
    readonly outcome: 'removed' | 'incomplete' | 'superseded';
    readonly failedRemovals: readonly FailedRemoval[];
  }>;
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
  const { administratorGuard, sessions, deprovision, audit, languages, views } = deps;

  return async function uninstall(request, response) {
    const administrator = await administratorGuard.requireForForm(request, response, '/uninstall');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const { force } = parseForm(uninstallSchema, request.body);
    const lang = requestedLanguage(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const by = { associateId: session.associateId, force: force === 'yes' };
    const { outcome, failedRemovals } = await deprovision(tenant, by);
    const { tenantId, companyName } = tenant;
    if (outcome === 'superseded') return response.redirect(303, `/setup?lang=${lang}`);
    const removed = outcome === 'removed';
    if (removed) sessions.clear(response);
    else
      await audit.write(toAuditActor(request, session), {
        event: 'removal-incomplete',
        failedRemovals: failedRemovals.length,
      });
    request.log.info({ removed, failedRemovals }, removed ? 'tenant removed' : 'removal incomplete');
    const page = {
      lang,
      tenantId,
      companyName,
      removed,
      failedRemovals: failedRemovals.map(({ part, problem }) => ({
        name: partName(part, language),
        problem,
      })),
      csrfToken: sessions.csrfToken(session),
    };
    response
      .status(removed ? 200 : 502)
      .set('Cache-Control', 'no-store')
      .send(views('uninstall', language, page));
  };
}

function partName(part: FailedRemoval['part'], language: Language): string {
  if (part.kind === 'panel') return panelName(part, language);
  return part.kind === 'webhook' ? language.t('setup.webhook') : language.t('uninstall.otherPanels');
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
