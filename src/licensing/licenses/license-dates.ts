import type { TenantLicenses, UserLicenses } from './license-data.ts';
import { onlySuperOffice } from './module-names.ts';

/** Something to tell about the tenant's license as a whole. Dates are `YYYY-MM-DD`. */
export interface Notice {
  readonly kind: 'license-expires-soon' | 'license-expired' | 'license-read-only';
  /** The day it expires or expired; for `license-read-only` the day grace ended. */
  readonly date: string;
  /** The last day before the tenant becomes read-only, or null where none is set. */
  readonly graceDate: string | null;
}

/** The dates of a tenant's license, `YYYY-MM-DD`; null = none or forever. */
type LicenseDates = Pick<TenantLicenses, 'expiryDate' | 'adminWarningDate' | 'graceDate'>;

/**
 * The dates that hold for a user: the tenant's own, or, where its license was refused or unreadable, what the
 * site licenses among the user's tell (docs/superoffice/licenses.md#2-carriers-and-tables): the last of their
 * days, and none where one of them counts for ever.
 */
export function toLicenseDates(tenant: TenantLicenses | null, user: UserLicenses | null): LicenseDates {
  if (tenant !== null && (tenant.complete || tenant.expiryDate !== null)) return tenant;
  const site = onlySuperOffice(user?.granted ?? []).filter(({ scope }) => scope === 'site');
  const days = site.map(({ expiryDate }) => expiryDate ?? '').sort();
  const last = days.includes('') ? null : (days.at(-1) ?? null);
  return { expiryDate: last, adminWarningDate: null, graceDate: null };
}

/**
 * Whether the license has lapsed or soon will; a date itself still counts
 * (docs/superoffice/licenses.md#2-carriers-and-tables: after the expiry date comes grace, after grace the
 * tenant is read-only). `today` is `YYYY-MM-DD`. At most one notice.
 */
export function noticesOn(
  { expiryDate, adminWarningDate, graceDate }: LicenseDates,
  today: string,
): readonly Notice[] {
  if (expiryDate === null) return [];
  if (today <= expiryDate) {
    const warned = adminWarningDate !== null && today >= adminWarningDate;
    return warned ? [{ kind: 'license-expires-soon', date: expiryDate, graceDate }] : [];
  }
  return graceDate !== null && today > graceDate
    ? [{ kind: 'license-read-only', date: graceDate, graceDate }]
    : [{ kind: 'license-expired', date: expiryDate, graceDate }];
}
