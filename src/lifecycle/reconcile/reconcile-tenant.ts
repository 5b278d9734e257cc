import type { WithLock } from '../../coordination/keyed-mutex.ts';
import { diffUserPlans } from '../../licensing/licenses/license-diff.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { type ListedUser, readUsers } from '../../superoffice/api/users.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { SyncTenantStatus } from './update-tenant-status.ts';

/** Brings everything about a tenant in step; done twice it ends the same. @throws what has it tried again later */
export type ReconcileTenant = (tenant: Tenant) => Promise<void>;

/**
 * What no callback may have told: whether the tenant still runs, its panels after a new version of the app, a webhook
 * that SuperOffice stopped, what the tenant bought, who its users are and which plan each has.
 */
export function createReconcileTenant(deps: {
  syncTenantStatus: SyncTenantStatus;
  provision: Provision;
  licenses: LicenseSnapshots;
  users: UserStore;
  webApi: WebApi;
  locks: WithLock;
  now: () => number;
}): ReconcileTenant {
  const { syncTenantStatus, provision, licenses, users, webApi, locks, now } = deps;

  return async (tenant) => {
    if (!(await syncTenantStatus(tenant, 'schedule'))) return;
    await provision.provisionIfNeeded(tenant);
    await licenses.refreshIfOlderThan(tenant, null, now());
    await locks(`users ${tenant.tenantId}`, () => compareUsers(tenant));
  };

  /** Whose plan changed has their licenses read anew, if we know them; who is no more is forgotten. */
  async function compareUsers(tenant: Tenant): Promise<void> {
    const { tenantId } = tenant;
    const readAt = now();
    const fresh = await usersOf(tenant);
    if (fresh === null) return;
    const before = await users.listByTenant(tenantId);
    const changes = diffUserPlans(before, fresh);
    await users.replace(tenantId, fresh, changes, readAt);
    const remaining = new Set(fresh.map(({ associateId }) => associateId));
    for (const { associateId } of before) {
      if (!remaining.has(associateId)) await licenses.removeUser(tenant, associateId);
    }
    for (const { associateId } of changes) {
      if (remaining.has(associateId)) await licenses.refreshIfOlderThan(tenant, associateId, readAt);
    }
  }

  /** Null where this app may not list them. */
  async function usersOf(tenant: Tenant): Promise<ListedUser[] | null> {
    try {
      return await readUsers(webApi.asSystemUser(tenant));
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}
