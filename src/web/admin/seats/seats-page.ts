import type { RequestHandler } from 'express';
import type { EntitlementEngine, TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import { suiteSeatsModule } from '../../../licensing/plans/seat-numbers.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { SeatCountStore } from '../../../snapshots/seat-count-store.ts';
import type { CrmAddresses } from '../../../superoffice/api/crm-addresses.ts';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { PlanPriceStore } from '../../../tenants/plan-price-store.ts';
import { readAdministrationAddresses } from '../../crm-links.ts';
import type { RequestLimits } from '../../middleware/request-limits.ts';
import { describedPlanName } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { SpreadsheetFormat } from '../../rendering/spreadsheet.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { Views } from '../../rendering/views.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { createDownloads } from '../downloads.ts';
import { namedSeats, suitePlanName } from './seat-rows.ts';
import { seatSheetColumns, trendSheetColumns } from './seat-sheets.ts';
import { seatsView } from './seats-view.ts';
import { parseTrendFilter, toSeatCountQuery } from './trend-filter.ts';
import { trendView } from './trend-view.ts';

/** Serves the seats of the administrator's tenant: by plan, over time, the limits of CRM Suite, inconsistencies. */
export function createSeatsPage(deps: {
  administratorGuard: AdministratorGuard;
  adminFrame: MakeAdminFrame;
  licenses: LicenseSnapshots;
  seatCounts: SeatCountStore;
  crmAddresses: CrmAddresses;
  planPrices: PlanPriceStore;
  entitlementEngine: EntitlementEngine;
  audit: AuditLog;
  limits: RequestLimits;
  views: Views;
  now: () => number;
}): {
  readonly show: RequestHandler;
  readonly download: (format: SpreadsheetFormat) => RequestHandler;
  readonly downloadTrend: (format: SpreadsheetFormat) => RequestHandler;
} {
  const { administratorGuard, adminFrame, licenses, seatCounts, crmAddresses, views, now } = deps;

  async function readPlans({ tenant }: Administrator): Promise<TenantEntitlements> {
    const tenantLicenses = await licenses.getTenantLicenses(tenant);
    return deps.entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(now()));
  }

  const file = {
    page: 'seats',
    event: 'seats-downloaded',
  } as const;

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, '/admin/seats');
      if (administrator === null) return;
      const { tenant } = administrator;
      const filter = parseTrendFilter(request.query);
      const query = toSeatCountQuery(filter, now());
      const [{ frame, language }, tenantLicenses, addresses, days, recorded, prices] = await Promise.all([
        adminFrame(request, administrator, 'seats'),
        licenses.getTenantLicenses(tenant),
        readAdministrationAddresses(crmAddresses, tenant),
        seatCounts.sumByDay(tenant.tenantId, query),
        seatCounts.describe(tenant.tenantId, query.since),
        deps.planPrices.find(tenant.tenantId),
      ]);
      const today = toUtcDay(now());
      const plans = deps.entitlementEngine(tenantLicenses?.content ?? null, today);
      const { lang } = frame;
      const view = seatsView({
        tenant,
        tenantLicenses,
        tenantEntitlements: plans,
        prices,
        addresses,
        lang,
        language,
      });
      const nameOf = planNames(plans, language);
      const trend = trendView({
        filter,
        days,
        since: query.since,
        today,
        firstDay: recorded.firstDay,
        plans: recorded.modules.map((module) => ({ module, name: nameOf(module) })),
        lang,
        language,
      });
      response.send(views('admin-seats', language, { ...frame, ...view, trend }));
    },

    download: createDownloads(deps, {
      ...file,
      path: '/admin/seats',
      name: 'seats',
      makeSheet: async (_request, administrator, language) => ({
        columns: seatSheetColumns(language),
        rows: namedSeats(await readPlans(administrator), language),
      }),
    }),

    downloadTrend: createDownloads(deps, {
      ...file,
      path: '/admin/seats/trend',
      name: 'seats-over-time',
      makeSheet: async (request, administrator, language) => ({
        columns: trendSheetColumns(planNames(await readPlans(administrator), language), language),
        rows: seatCounts.list(
          administrator.tenant.tenantId,
          toSeatCountQuery(parseTrendFilter(request.query), now()),
        ),
      }),
    }),
  };
}

/** Names the plans of modules; a plan that is not in the licenses today has the name of its module. */
function planNames(plans: TenantEntitlements, language: Language): (module: string) => string {
  const names = new Map<string, string>([[suiteSeatsModule, suitePlanName(plans, language)]]);
  for (const { module, plan } of plans.planSeats()) {
    const [before, name] = [names.get(module), describedPlanName(plan)];
    names.set(module, before === undefined || before === name ? name : `${before} / ${name}`);
  }
  return (module) => names.get(module) ?? module;
}
