import type { PlanPrices } from '../../../licensing/billing/plan-prices.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../../licensing/licenses/license-data.ts';
import type { CachedSnapshot } from '../../../snapshots/stale-if-error-cache.ts';
import type { Tenant } from '../../../tenants/tenant.ts';
import {
  type AdministrationAddresses,
  type AdministrationHelp,
  administrationHelp,
} from '../../crm-links.ts';
import type { Language } from '../../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../../rendering/timestamps.ts';
import { type SuiteLimitRow, suiteLimitRows } from '../../suite-limit-rows.ts';
import { type DownloadLink, downloadLinks } from '../download-links.ts';
import { type LicenseCheckView, licenseCheckView } from './license-check-view.ts';
import { type SeatBar, seatBars } from './seat-bars.ts';
import { describeSeatCosts } from './seat-costs-view.ts';
import { namedSeats, type SeatRow, seatRows, seatsNote } from './seat-rows.ts';
import { seatTotals } from './seat-totals.ts';

/** Values of `views/admin-seats.ejs`. */
interface SeatsView {
  /** The caption of the table. CRM Suite has seats, which some languages call otherwise than the licenses of user plans. */
  readonly seatsHeading: string;
  readonly seats: readonly SeatRow[];
  /** The same seats as pictures. */
  readonly bars: readonly SeatBar[];
  /** Why no seats are listed; empty if some are. */
  readonly seatsNote: string;
  readonly downloads: readonly DownloadLink[];
  /** What the seats cost in a year; empty if no prices are entered. */
  readonly cost: string;
  /** The limits of CRM Suite; empty without it. */
  readonly limits: readonly SuiteLimitRow[];
  /** When the licenses were read; null if SuperOffice refused to return them. */
  readonly asOf: Timestamp | null;
  readonly stale: boolean;
  readonly licenseCheck: LicenseCheckView;
  /** How to assign and buy plans. */
  readonly inSuperOffice: AdministrationHelp;
}

/** Describes the seats of a tenant; `tenantLicenses` is null if SuperOffice refused to return them. */
export function seatsView(input: {
  tenant: Tenant;
  tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  tenantEntitlements: TenantEntitlements;
  prices: PlanPrices | null;
  addresses: AdministrationAddresses;
  lang: string;
  language: Language;
}): SeatsView {
  const { tenant, tenantLicenses, tenantEntitlements, prices, addresses, lang, language } = input;
  const { model, plan } = tenantEntitlements.report(null);
  const isSuite = model === 'suite';
  const seats = tenantLicenses === null ? [] : namedSeats(tenantEntitlements, language);
  return {
    seatsHeading: language.t(isSuite ? 'admin.suiteSeats' : 'admin.page.seats'),
    seats: seatRows(seats, language),
    bars: seatBars(seats, seatTotals(tenantEntitlements), language),
    seatsNote: seats.length > 0 ? '' : seatsNote(tenantLicenses !== null, language),
    downloads: downloadLinks('/admin/seats', lang, language),
    cost: describeSeatCosts(tenantEntitlements, prices, language),
    limits: suiteLimitRows(plan, tenantLicenses?.content.limits ?? null, language),
    asOf: tenantLicenses && formatTimestamp(tenantLicenses.readAt, language),
    stale: tenant.status === 'active' && tenantLicenses?.stale === true,
    licenseCheck: licenseCheckView(tenantEntitlements, language),
    inSuperOffice: administrationHelp(
      isSuite ? ['change-suite'] : ['buy-licenses', 'assign-plan'],
      addresses,
      language,
    ),
  };
}
