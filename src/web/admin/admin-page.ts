import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { LicenseHistory } from '../../snapshots/license-history.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import { requestedLanguage } from '../links.ts';
import type { Languages } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Views } from '../rendering/views.ts';
import type { Administrator } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { adminView, type InvalidForm } from './admin-view.ts';

const maxResolved = 50;
const maxChanges = 50;

/** The wish that was answered just now; null where none was. */
const answeredSchema = z.uuid().nullable().catch(null);

/**
 * The administrators' page of their own tenant, as HTML. A refused form is shown as it was sent, with what is wrong.
 * @throws AppError `access-request-resolved` where the refused answer is to a wish that waits for none
 */
export type AdminPage = (
  request: Request,
  administrator: Administrator,
  refused: InvalidForm | null,
) => Promise<string>;

/** Puts the administrators' page together: what users asked for, seats, what does not add up, the contract. */
export function createAdminPage(deps: {
  sessions: Sessions;
  accessRequests: AccessRequestStore;
  licenses: LicenseSnapshots;
  history: LicenseHistory;
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  views: Views;
  now: () => number;
}): AdminPage {
  const { sessions, accessRequests, licenses, history, entitlementEngine, languages, views, now } = deps;

  return async function adminPage(request, { tenant, session }, refused) {
    const [tenantLicenses, requests, changes] = await Promise.all([
      licenses.getTenantLicenses(tenant),
      accessRequests.listByTenant(tenant.tenantId, maxResolved),
      history.latest(tenant.tenantId, maxChanges),
    ]);
    const waits = (id: string) =>
      requests.some((accessRequest) => accessRequest.id === id && accessRequest.state === 'open');
    if (refused?.form === 'resolution' && !waits(refused.id)) throw new AppError('access-request-resolved');
    const today = toUtcDay(now());
    const tenantEntitlements = entitlementEngine(tenantLicenses?.content ?? null, today);
    const lang = requestedLanguage(request);
    const answered = answeredSchema.parse(request.query.answered);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const csrfToken = sessions.csrfToken(session);
    const shown = {
      tenant,
      accessRequests: requests,
      tenantLicenses,
      tenantEntitlements,
      changes,
      today,
      csrfToken,
      language,
      refused,
    };
    const page = adminView({ ...shown, lang, resolved: answered });
    return views('admin', language, page);
  };
}
