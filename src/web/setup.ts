import type { RequestHandler } from 'express';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { Languages } from './languages.ts';
import { createAdministrators } from './sign-in/administrators.ts';
import type { BeginSignIn } from './sign-in/begin-sign-in.ts';
import type { Sessions } from './sign-in/session.ts';
import type { Views } from './views.ts';

/** Shows a tenant's administrators what the installation did. */
export function createSetup(deps: {
  sessions: Sessions;
  tenants: TenantStore;
  beginSignIn: BeginSignIn;
  languages: Languages;
  views: Views;
  now: () => number;
}): RequestHandler {
  const { languages, views } = deps;
  const administrators = createAdministrators(deps);

  return async function setup(request, response) {
    const administrator = await administrators.admit(request, response, '/setup');
    if (administrator === null) return;
    const { tenant } = administrator;
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
