import type { LicenseNotice } from '../../../licensing/licenses/license-dates.ts';
import type { TenantStatus } from '../../../tenants/tenant.ts';
import type { Pause } from './evaluate-flags.ts';

const pauseByStatus = {
  active: null,
  suspended: 'tenant-suspended',
  deleting: 'tenant-deleting',
  revoked: 'tenant-revoked',
} as const satisfies Record<TenantStatus, Pause | null>;

/**
 * Why nothing is enabled in a tenant: it is not served, or its license as a whole has ended. In the days of grace it has
 * not (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export function findPause(status: TenantStatus, notices: readonly LicenseNotice[]): Pause | null {
  const hasEnded = notices.some(
    ({ kind, graceDate }) =>
      kind === 'license-read-only' || (kind === 'license-expired' && graceDate === null),
  );
  return pauseByStatus[status] ?? (hasEnded ? 'license-expired' : null);
}
