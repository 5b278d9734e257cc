import type { TenantStateCache } from '../../superoffice/api/tenant-state.ts';
import type { Tenant, TenantStatus } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';

/**
 * Saves the tenant status that follows from SuperOffice's tenant state, or purges a deleted tenant.
 * @returns whether the tenant is active
 */
export type SyncTenantStatus = (tenant: Tenant, trigger: 'notification' | 'schedule') => Promise<boolean>;

/**
 * Purges a tenant only if SuperOffice reports it as deleted twice: in a notification and in the tenant state, or in the
 * tenant state at two reconciliations an hour apart. One wrong state must not delete data.
 */
export function createSyncTenantStatus(deps: {
  tenants: TenantStore;
  states: TenantStateCache;
}): SyncTenantStatus {
  const { tenants, states } = deps;

  return async ({ tenantId, status }, trigger) => {
    if (trigger === 'notification') states.invalidate(tenantId);
    const { state, isRunning } = await states.getState(tenantId);
    if (state === 'Deleted' && (trigger === 'notification' || status === 'deleting')) {
      await tenants.purge(tenantId, null);
      return false;
    }
    const current = toStatus(state, isRunning);
    if (current !== status) await tenants.saveStatus(tenantId, current);
    return current === 'active';
  };
}

function toStatus(state: string, isRunning: boolean): TenantStatus {
  if (state === 'Deleted' || state === 'Deleting') return 'deleting';
  return isRunning ? 'active' : 'suspended';
}
