import type { RequestHandler } from 'express';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { PlanPriceStore } from '../../../tenants/plan-price-store.ts';
import { readAdministrationAddresses } from '../../crm-links.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { seatsView } from './seats-view.ts';

/** Serves the seats of the administrator's tenant: by plan, the limits of CRM Suite, inconsistencies. */
export function createSeatsPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  licenses: LicenseSnapshots;
  crmAddresses: CrmAddresses;
  planPrices: PlanPriceStore;
  entitlementEngine: EntitlementEngine;
  views: Views;
  now: () => number;
}): RequestHandler {
  const { administratorGuard, adminFrame, licenses, crmAddresses, entitlementEngine, views, now } = deps;

  return async function seatsPage(request, response) {
    const administrator = await administratorGuard.signInOrRequire(request, response, '/admin/seats');
    if (administrator === null) return;
    const { tenant } = administrator;
    const [{ frame, language }, tenantLicenses, addresses, prices] = await Promise.all([
      adminFrame(request, administrator, 'seats'),
      licenses.getTenantLicenses(tenant),
      readAdministrationAddresses(crmAddresses, tenant),
      deps.planPrices.find(tenant.tenantId),
    ]);
    const tenantEntitlements = entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(now()));
    const view = seatsView({ tenant, tenantLicenses, tenantEntitlements, prices, addresses, language });
    response.send(views('admin-seats', language, { ...frame, ...view }));
  };
}
