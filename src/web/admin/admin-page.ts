import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { LicenseHistory } from '../../snapshots/license-history.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import { readAdministrationAddresses } from '../crm-links.ts';
import { requestedLanguage } from '../links.ts';
import type { Languages } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Views } from '../rendering/views.ts';
import type { Administrator } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { adminView, type InvalidForm } from './admin-view.ts';
import { parseAssociateId } from './user-data-form.ts';

const maxResolved = 50;
const maxChanges = 50;
/** Users to choose from by name; any other user is chosen by number. */
const maxUsers = 500;

/** The id of the access request that was just resolved; null if none was. */
const resolvedSchema = z.uuid().nullable().catch(null);

/**
 * Renders the administration page of the administrator's tenant as HTML. A refused form is shown as it was sent, with its
 * error.
 * @throws AppError `access-request-resolved` if the refused form is for a request that is no longer open
 */
export type AdminPage = (
  request: Request,
  administrator: Administrator,
  refused: InvalidForm | null,
) => Promise<string>;

/** Makes the administration page: access requests, seats, license changes, diagnostics, the contract. */
export function createAdminPage(deps: {
  sessions: Sessions;
  accessRequests: AccessRequestStore;
  licenses: LicenseSnapshots;
  history: LicenseHistory;
  users: UserStore;
  crmAddresses: CrmAddresses;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  views: Views;
  now: () => number;
}): AdminPage {
  const { sessions, accessRequests, licenses, history, users, entitlementEngine, languages, views, now } =
    deps;

  return async function adminPage(request, { tenant, session }, refused) {
    const [tenantLicenses, requests, changes, listedUsers, addresses] = await Promise.all([
      licenses.getTenantLicenses(tenant),
      accessRequests.listByTenant(tenant.tenantId, maxResolved),
      history.latest(tenant.tenantId, maxChanges),
      users.listByName(tenant.tenantId, maxUsers),
      readAdministrationAddresses(deps.crmAddresses, tenant),
    ]);
    const isOpen = (id: string) =>
      requests.some((accessRequest) => accessRequest.id === id && accessRequest.state === 'open');
    if (refused?.form === 'resolution' && !isOpen(refused.id)) throw new AppError('access-request-resolved');
    const today = toUtcDay(now());
    const tenantEntitlements = entitlementEngine(tenantLicenses?.content ?? null, today);
    const lang = requestedLanguage(request);
    const resolved = resolvedSchema.parse(request.query.resolved);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const csrfToken = sessions.csrfToken(session);
    const page = adminView({
      tenant,
      accessRequests: requests,
      tenantLicenses,
      tenantEntitlements,
      changes,
      today,
      csrfToken,
      language,
      refused,
      lang,
      resolved,
      users: listedUsers,
      addresses,
      erased: parseAssociateId(request.query.erased),
    });
    return views('admin', language, page);
  };
}
