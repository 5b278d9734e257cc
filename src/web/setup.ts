import type { RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { Languages } from './languages.ts';
import type { Sessions } from './sign-in/session.ts';
import type { Views } from './views.ts';

/** Shows a tenant's administrators what the installation did. */
export function createSetup(deps: {
  sessions: Sessions;
  tenants: TenantStore;
  languages: Languages;
  views: Views;
}): RequestHandler {
  const { sessions, tenants, languages, views } = deps;

  return async function setup(request, response) {
    const session = sessions.read(request);
    if (session === null) throw new AppError('session-required');
    if (!session.isAdministrator) throw new AppError('administrator-required');
    const tenant = await tenants.find(session.ctx);
    if (tenant === null) throw new AppError('tenant-not-installed');

    const language = languages.choose(request.acceptsLanguages());
    const page = {
      companyName: tenant.companyName,
      ctx: tenant.ctx,
      consentedAt: language.moment(tenant.consentedAt.getTime()),
      provisionedAt: tenant.provisionedAt && language.moment(tenant.provisionedAt.getTime()),
      panels: tenant.panels.map((panel) => ({ ...panel, failed: panel.outcome === 'failed' })),
      complete: tenant.panels.length > 0 && tenant.panels.every((panel) => panel.outcome !== 'failed'),
    };
    response.set('Cache-Control', 'no-store').send(views('setup', language, page));
  };
}
