import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { readLicenses } from '../read-licenses.ts';
import { tenantVersion } from './data-version.ts';
import { digestOf } from './snapshot-digest.ts';

/** The current versions of what answers rest on. */
export interface DataVersions {
  /** The `tenantVersion`; null if the tenant was removed. */
  ofTenant(tenantId: string): Promise<string | null>;
  /** The digests of the stored licenses of some users, by associate id. Sends no request to SuperOffice. */
  ofUsers(tenantId: string, associateIds: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** `YYYY-MM-DD` in UTC. */
  today(): string;
}

/** Each has about ten kilobytes, and is parsed and hashed while nothing else runs. */
const usersPerQuery = 100;

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
      const { snapshot } = await readLicenses(licenses.getTenantLicenses(tenant));
      return tenantVersion(tenant.status, snapshot?.content ?? null, today());
    },

    async ofUsers(tenantId, associateIds) {
      const tenant = await tenants.findCached(tenantId);
      const digests = new Map(associateIds.map((id) => [id, digestOf(null)]));
      if (tenant?.status !== 'active') return digests;
      for (let from = 0; from < associateIds.length; from += usersPerQuery) {
        const ids = associateIds.slice(from, from + usersPerQuery);
        const stored = await licenses.getStoredUserLicenses(tenantId, ids);
        for (const [id, content] of stored) digests.set(id, digestOf(content));
      }
      return digests;
    },
  };
}
