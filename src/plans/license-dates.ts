import type { TenantLicenses } from './license-data.ts';

/** Something to tell about the tenant's license as a whole. Dates are `YYYY-MM-DD`. */
export interface Notice {
  readonly kind: 'license-expires-soon' | 'license-expired' | 'license-read-only';
  /** The day it expires or expired; for `license-read-only` the day grace ended. */
  readonly date: string;
  /** The last day before the tenant becomes read-only, or null where none is set. */
  readonly graceDate: string | null;
}

/**
 * Whether the license has lapsed or soon will; a date itself still counts (licences.md 2: after the expiry date
 * comes grace, after grace the tenant is read-only). `today` is `YYYY-MM-DD`. At most one notice.
 */
export function noticesOn(tenant: TenantLicenses | null, today: string): readonly Notice[] {
  if (tenant === null) return [];
  const { expiryDate, adminWarningDate, graceDate } = tenant;
  if (expiryDate === null) return [];
  if (today <= expiryDate) {
    const warned = adminWarningDate !== null && today >= adminWarningDate;
    return warned ? [{ kind: 'license-expires-soon', date: expiryDate, graceDate }] : [];
  }
  return graceDate !== null && today > graceDate
    ? [{ kind: 'license-read-only', date: graceDate, graceDate }]
    : [{ kind: 'license-expired', date: expiryDate, graceDate }];
}
