import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { Callback } from '../../tenants/callback-queue.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { SyncTenantStatus } from '../reconcile/sync-tenant-status.ts';

/** Handles a callback; idempotent. @throws an error that makes the queue retry the callback */
export type HandleCallback = (callback: Callback) => Promise<void>;

export function createHandleCallback(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  syncTenantStatus: SyncTenantStatus;
  provision: Provision;
}): HandleCallback {
  const { tenants, licenses, syncTenantStatus, provision } = deps;

  return async ({ tenantId, content, receivedAt }) => {
    const tenant = await (content.source === 'webhook'
      ? tenants.findCached(tenantId)
      : tenants.find(tenantId));
    if (tenant === null) return;
    const since = receivedAt.getTime();
    if (content.source === 'state-change') return handleStateChange(tenant, content.change, since);
    if (content.event === 'associate.deleted' && content.primaryKey !== null)
      return licenses.removeUser(tenant, content.primaryKey);
    // Events of an inactive tenant are dropped: its next reconciliation finds the changes.
    if (tenant.status === 'active') await licenses.refreshIfOlderThan(tenant, content.primaryKey, since);
  };

  /** The notification only triggers a check: the state that SuperOffice reports now decides. */
  async function handleStateChange(tenant: Tenant, change: string, since: number): Promise<void> {
    if (!(await syncTenantStatus(tenant, 'notification'))) return;
    if (change === 'backup-restored') await provision.provisionAll(tenant);
    const mayHaveMissedEvents =
      tenant.status !== 'active' || change === 'resume' || change === 'backup-restored';
    if (!mayHaveMissedEvents) return;
    await licenses.refreshIfOlderThan(tenant, null, since);
    await tenants.requestReconcile(tenant.tenantId);
  }
}
