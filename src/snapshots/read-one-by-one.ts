import { createKeyedMutex } from '../coordination/keyed-mutex.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { LicenseSnapshots } from './license-snapshots.ts';

/**
 * Reads the licenses of users that have expired, those of one tenant one after the other: the people of the tenant need its
 * calls to SuperOffice for their panels. A user who waits already is read once.
 */
export function createReadOneByOne(deps: {
  tenants: Pick<TenantStore, 'findCached'>;
  licenses: Pick<LicenseSnapshots, 'getUserLicenses'>;
}): (tenantId: string, associateId: number) => Promise<void> {
  const { tenants, licenses } = deps;
  const withLock = createKeyedMutex();
  const waiting = new Set<string>();

  return async (tenantId, associateId) => {
    const key = `${tenantId}/${associateId}`;
    if (waiting.has(key)) return;
    waiting.add(key);
    await withLock(tenantId, async () => {
      waiting.delete(key);
      const tenant = await tenants.findCached(tenantId);
      if (tenant?.status === 'active') await licenses.getUserLicenses(tenant, associateId);
    });
  };
}
