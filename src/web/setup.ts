import type { RequestHandler } from 'express';
import type { TenantWebhook, WebhookStore } from '../tenants/webhook-store.ts';
import type { Languages } from './languages.ts';
import { languageAskedBy } from './panel/panel-address.ts';
import type { Administrators } from './sign-in/administrators.ts';
import type { Sessions } from './sign-in/session.ts';
import type { Views } from './views.ts';

/** Shows a tenant's administrators what the installation did. */
export function createSetup(deps: {
  administrators: Administrators;
  languages: Languages;
  views: Views;
  webhooks: WebhookStore;
  sessions: Sessions;
}): RequestHandler {
  const { administrators, languages, views, webhooks, sessions } = deps;

  return async function setup(request, response) {
    const administrator = await administrators.admit(request, response, '/setup');
    if (administrator === null) return;
    const { tenant } = administrator;
    const lang = languageAskedBy(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const page = {
      lang,
      csrfToken: sessions.csrfToken(request),
      companyName: tenant.companyName,
      ctx: tenant.ctx,
      consentedAt: language.moment(tenant.consentedAt.getTime()),
      provisionedAt: tenant.provisionedAt && language.moment(tenant.provisionedAt.getTime()),
      panels: tenant.panels.map((panel) => ({ ...panel, failed: panel.outcome === 'failed' })),
      webhook: { name: language.t('setup.webhook'), ...webhookView(await webhooks.ofTenant(tenant.ctx)) },
      complete: tenant.panels.length > 0 && tenant.panels.every((panel) => panel.outcome !== 'failed'),
    };
    response.set('Cache-Control', 'no-store').send(views('setup', language, page));
  };
}

/** An app that may not be told of changes works all the same: what changed is seen when its data has aged. */
function webhookView({ outcome, problem }: TenantWebhook) {
  return { outcome: outcome ?? 'failed', problem, failed: outcome === null || outcome === 'failed' };
}
