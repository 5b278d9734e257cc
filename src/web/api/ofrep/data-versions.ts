import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import { SuperOfficeError } from '../../../superoffice/transport/superoffice-error.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { tenantVersion } from './data-version.ts';
import { digestOf } from './snapshot-digest.ts';

/** The current versions of what answers rest on. */
export interface DataVersions {
  /** The `tenantVersion`; null if the tenant was removed. */
  ofTenant(tenantId: string): Promise<string | null>;
  /** The digest of the user's stored licenses. Sends no request to SuperOffice. */
  ofUser(tenantId: string, associateId: number): Promise<string>;
  /** `YYYY-MM-DD` in UTC. */
  today(): string;
}

/** `now` in ms since 1970. */
export function createDataVersions(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  now: () => number;
}): DataVersions {
  const { tenants, licenses, now } = deps;
  const today = () => toUtcDay(now());
  return {
    today,

    async ofTenant(tenantId) {
      const tenant = await tenants.findCached(tenantId);
      if (tenant === null) return null;
      if (tenant.status !== 'active') return tenantVersion(tenant.status, null, today());
      const snapshot = await licenses.getTenantLicenses(tenant).catch((error: unknown) => {
        if (error instanceof SuperOfficeError) return null;
        throw error;
      });
      return tenantVersion(tenant.status, snapshot?.content ?? null, today());
    },

    async ofUser(tenantId, associateId) {
      const tenant = await tenants.findCached(tenantId);
      if (tenant?.status !== 'active') return digestOf(null);
      const stored = await licenses.getStoredUserLicenses(tenantId, [associateId]);
      return digestOf(stored.get(associateId) ?? null);
    },
  };
}
