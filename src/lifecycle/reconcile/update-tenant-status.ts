import type { TenantStates } from '../../superoffice/api/tenant-state.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';

/** Keeps whether we work for a tenant, as SuperOffice's state of it says now. @returns whether we do */
export type SyncTenantStatus = (tenant: Tenant, because: 'notice' | 'schedule') => Promise<boolean>;

/**
 * A tenant is purged only when SuperOffice says that it is deleted, and either gave notice of it or said so an hour
 * before too: a state told wrongly once must not cost anybody their data.
 */
export function createSyncTenantStatus(deps: {
  tenants: TenantStore;
  states: TenantStates;
}): SyncTenantStatus {
  const { tenants, states } = deps;

  return async ({ tenantId, status }, because) => {
    if (because === 'notice') states.invalidate(tenantId);
    const { state, isRunning } = await states.getState(tenantId);
    if (state === 'Deleted' && (because === 'notice' || status === 'deleting')) {
      await tenants.remove(tenantId, null);
      return false;
    }
    const settled = settledBy(state, isRunning);
    if (settled !== status) await tenants.saveStatus(tenantId, settled);
    return settled === 'active';
  };
}

function settledBy(state: string, isRunning: boolean): Tenant['status'] {
  if (state === 'Deleted' || state === 'Deleting') return 'deleting';
  return isRunning ? 'active' : 'suspended';
}
