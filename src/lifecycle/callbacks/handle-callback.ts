import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { Callback } from '../../tenants/callback-queue.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { SyncTenantStatus } from '../reconcile/update-tenant-status.ts';

/** Does what a callback asks for; done twice it ends the same. What it throws has it tried again. */
export type HandleCallback = (callback: Callback) => Promise<void>;

/** What a webhook or a state change means for a tenant. */
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
    if (content.source === 'state-change') return onStateChange(tenant, content.change, since);
    if (content.event === 'associate.deleted' && content.primaryKey !== null)
      return licenses.removeUser(tenant, content.primaryKey);
    // What is missed meanwhile is found when it is looked after again.
    if (tenant.status === 'active') await licenses.refreshIfOlderThan(tenant, content.primaryKey, since);
  };

  /** The notice says why to ask; what counts is the state SuperOffice tells now. */
  async function onStateChange(tenant: Tenant, change: string, since: number): Promise<void> {
    if (!(await syncTenantStatus(tenant, 'notice'))) return;
    if (change === 'backup-restored') await provision.provisionAll(tenant);
    const mayHaveMissed = tenant.status !== 'active' || change === 'resume' || change === 'backup-restored';
    if (!mayHaveMissed) return;
    await licenses.refreshIfOlderThan(tenant, null, since);
    await tenants.requestReconcile(tenant.tenantId);
  }
}
