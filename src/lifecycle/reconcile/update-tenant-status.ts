import type { TenantStates } from '../../superoffice/api/tenant-state.ts';
import type { Tenant, TenantStore } from '../../tenants/tenant-store.ts';

/** Keeps whether we work for a tenant, as SuperOffice's state of it says now. @returns whether we do */
export type SettleStanding = (tenant: Tenant, because: 'notice' | 'schedule') => Promise<boolean>;

/**
 * A tenant is purged only when SuperOffice says that it is deleted, and either gave notice of it or said so an hour
 * before too: a state told wrongly once must not cost anybody their data.
 */
export function createSettleStanding(deps: { tenants: TenantStore; states: TenantStates }): SettleStanding {
  const { tenants, states } = deps;

  return async ({ ctx, standing }, because) => {
    if (because === 'notice') states.forget(ctx);
    const { state, isRunning } = await states.stateOf(ctx);
    if (state === 'Deleted' && (because === 'notice' || standing === 'leaving')) {
      await tenants.remove(ctx, null);
      return false;
    }
    const settled = settledBy(state, isRunning);
    if (settled !== standing) await tenants.saveStanding(ctx, settled);
    return settled === 'active';
  };
}

function settledBy(state: string, isRunning: boolean): Tenant['standing'] {
  if (state === 'Deleted' || state === 'Deleting') return 'leaving';
  return isRunning ? 'active' : 'paused';
}
