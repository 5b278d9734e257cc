import type { RequestHandler } from 'express';
import { findReclaimCandidates } from '../../../licensing/advice/reclaim-candidates.ts';
import { administrationTargets } from '../../../licensing/catalogue/crm-screens.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { ListRetiredHolders } from '../../../snapshots/seat-holders.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../../tenants/access-request-store.ts';
import type { ApiKeyStore } from '../../../tenants/api-key-store.ts';
import type { PlanPriceStore } from '../../../tenants/plan-price-store.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { keysNearExpiry } from '../api-keys/key-expiry.ts';
import { minDays } from '../reclaim/reclaim-filter.ts';
import { overviewView } from './overview-view.ts';

/** Serves the first page for administrators: what needs attention, and the seats as a whole. */
export function createOverviewPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  accessRequests: AccessRequestStore;
  apiKeys: Pick<ApiKeyStore, 'list'>;
  licenses: LicenseSnapshots;
  listRetiredHolders: ListRetiredHolders;
  crmAddresses: CrmAddresses;
  planPrices: PlanPriceStore;
  entitlementEngine: EntitlementEngine;
  views: Views;
  now: () => number;
}): RequestHandler {
  const { administratorGuard, adminFrame, accessRequests, licenses, crmAddresses, views } = deps;

  return async function overviewPage(request, response) {
    const administrator = await administratorGuard.signInOrRequire(request, response, '/admin');
    if (administrator === null) return;
    const { tenant } = administrator;
    const today = toUtcDay(deps.now());
    const [{ frame, language }, openRequests, tenantLicenses, licensesUrl, prices, retired, keys] =
      await Promise.all([
        adminFrame(request, administrator, 'overview'),
        accessRequests.countOpen(tenant.tenantId),
        licenses.getTenantLicenses(tenant),
        crmAddresses.administration(tenant, administrationTargets.licenses),
        deps.planPrices.find(tenant.tenantId),
        deps.listRetiredHolders(tenant.tenantId, today),
        deps.apiKeys.list(tenant.tenantId),
      ]);
    const plans = deps.entitlementEngine(tenantLicenses?.content ?? null, today);
    const seatIsTakenBy = plans.report(null).model === 'suite' ? 'log-in' : 'plan';
    const leavers = findReclaimCandidates(
      retired.users,
      { now: deps.now(), days: minDays, seatIsTakenBy },
      retired.firstListAt,
    );
    const view = overviewView({
      plans,
      tenantLicenses,
      contract: tenant.contract,
      prices,
      openRequests,
      leavers: leavers.length,
      expiringKeys: keysNearExpiry(keys, deps.now()),
      licensesUrl,
      now: deps.now(),
      today,
      lang: frame.lang,
      language,
    });
    response.send(views('admin-overview', language, { ...frame, ...view }));
  };
}
