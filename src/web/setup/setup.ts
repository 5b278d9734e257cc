import type { RequestHandler } from 'express';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import { requestedLanguage } from '../links.ts';
import type { Languages } from '../rendering/i18n.ts';
import { languageLinks } from '../rendering/language-links.ts';
import { formatTimestamp } from '../rendering/timestamps.ts';
import { type Vendor, vendorView } from '../rendering/vendor.ts';
import type { Views } from '../rendering/views.ts';
import type { AdministratorGuard } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { auditRows } from './audit-messages.ts';
import { setupView } from './setup-view.ts';

const maxLogEntries = 20;

/** Serves the setup page: the progress of the installation and the activity log. */
export function createSetup(deps: {
  administratorGuard: AdministratorGuard;
  languages: Languages;
  views: Views;
  vendor: Vendor;
  crmAddresses: CrmAddresses;
  webhooks: WebhookStore;
  audit: AuditLog;
  sessions: Sessions;
}): RequestHandler {
  const { administratorGuard, languages, views, crmAddresses, webhooks, audit, sessions } = deps;

  return async function setup(request, response) {
    const administrator = await administratorGuard.signInOrRequire(request, response, '/setup');
    if (administrator === null) return;
    const { tenant, session } = administrator;
    const lang = requestedLanguage(request);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const crmUrl = crmAddresses.start(tenant.tenantId);
    const page = {
      lang,
      languages: languageLinks(language),
      vendor: vendorView(deps.vendor, language),
      csrfToken: sessions.csrfToken(session),
      companyName: tenant.companyName,
      tenantId: tenant.tenantId,
      consentedAt: formatTimestamp(tenant.consentedAt.getTime(), language),
      provisionedAt: tenant.provisionedAt && formatTimestamp(tenant.provisionedAt.getTime(), language),
      log: auditRows(await audit.latest(tenant.tenantId, maxLogEntries), language),
      setup: setupView(tenant, await webhooks.find(tenant.tenantId), crmUrl, language),
    };
    response.set('Cache-Control', 'no-store').send(views('setup', language, page));
  };
}
