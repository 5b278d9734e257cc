import type { NotificationHandler } from '../coordination/pg-listener.ts';
import { type AccessRequestStore, accessRequestChannel } from '../tenants/access-request-store.ts';
import { type SessionCutoffStore, sessionCutoffChannel } from '../tenants/session-cutoff-store.ts';
import { type TenantStore, tenantChannel } from '../tenants/tenant-store.ts';
import type { LicenseSnapshots } from './license-snapshots.ts';
import { snapshotChannel } from './snapshot-store.ts';

/**
 * The caches of this process whose entries other processes can change. Rendered pages are not among them: each carries
 * the version of the data it was made from (`pageVersion` in web/panel/page-cache.ts).
 */
export interface SharedCaches {
  readonly tenants: TenantStore;
  readonly accessRequests: AccessRequestStore;
  readonly licenses: LicenseSnapshots;
  readonly sessionCutoffs: SessionCutoffStore;
}

/** The NOTIFY channels that report a change, with handlers that invalidate the changed entries. */
export function invalidationHandlers(caches: SharedCaches): Record<string, NotificationHandler> {
  const { tenants, accessRequests, licenses, sessionCutoffs } = caches;
  return {
    [snapshotChannel]: (key) => licenses.invalidate(key),
    [accessRequestChannel]: (key) => accessRequests.invalidate(key),
    [sessionCutoffChannel]: (key) => sessionCutoffs.invalidate(key),
    [tenantChannel]: (tenantId) => {
      tenants.invalidate(tenantId);
      accessRequests.invalidate(`${tenantId}/`);
      sessionCutoffs.invalidate(`${tenantId}/`);
    },
  };
}

/** Clears the caches: called when listening starts, as earlier notifications were missed. */
export function invalidateAll({ tenants, accessRequests, licenses, sessionCutoffs }: SharedCaches): void {
  tenants.invalidateAll();
  accessRequests.invalidateAll();
  licenses.invalidateAll();
  sessionCutoffs.invalidateAll();
}
