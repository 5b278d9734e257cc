import type { TenantLicenses, UserLicenses } from './license-data.ts';
import { onlySuperOffice } from './module-names.ts';

/** A notice about the tenant's license as a whole. Dates are `YYYY-MM-DD`. */
export interface LicenseNotice {
  readonly kind: 'license-expires-soon' | 'license-expired' | 'license-read-only';
  /** The expiry date; for `license-read-only` the last day of the grace period. */
  readonly date: string;
  /** The last day before the tenant becomes read-only; null if none is set. */
  readonly graceDate: string | null;
}

/** The dates of a tenant's license, `YYYY-MM-DD`; null means none or no expiry. */
type LicenseDates = Pick<TenantLicenses, 'expiryDate' | 'adminWarningDate' | 'graceDate'>;

/**
 * Returns the license dates that apply to a user: those of the tenant or, if its license was refused or unreadable, the
 * latest expiry date of the user's site licenses (docs/superoffice/licenses.md#2-carriers-and-tables). That date is null
 * if one of them does not expire.
 */
export function toLicenseDates(tenant: TenantLicenses | null, user: UserLicenses | null): LicenseDates {
  if (tenant !== null && (tenant.complete || tenant.expiryDate !== null)) return tenant;
  const site = onlySuperOffice(user?.granted ?? []).filter(({ scope }) => scope === 'site');
  const days = site.map(({ expiryDate }) => expiryDate ?? '').sort();
  const last = days.includes('') ? null : (days.at(-1) ?? null);
  return { expiryDate: last, adminWarningDate: null, graceDate: null };
}

/**
 * Finds the notice about a license that has expired or will expire soon; at most one. `today` is `YYYY-MM-DD`. The
 * license is still valid on the expiry date. A grace period follows it, and after that the tenant is read-only
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export function findNotices(
  { expiryDate, adminWarningDate, graceDate }: LicenseDates,
  today: string,
): readonly LicenseNotice[] {
  if (expiryDate === null) return [];
  if (today <= expiryDate) {
    const warned = adminWarningDate !== null && today >= adminWarningDate;
    return warned ? [{ kind: 'license-expires-soon', date: expiryDate, graceDate }] : [];
  }
  return graceDate !== null && today > graceDate
    ? [{ kind: 'license-read-only', date: graceDate, graceDate }]
    : [{ kind: 'license-expired', date: expiryDate, graceDate }];
}
