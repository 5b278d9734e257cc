import type { Lock, WithFencedLock } from '../../coordination/advisory-locks.ts';
import { diffUserPlans } from '../../licensing/licenses/license-diff.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { type ListedUser, readUsers } from '../../superoffice/api/users.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { type Provision, ProvisioningIncompleteError } from '../provisioning/provision.ts';
import type { SyncTenantStatus } from './sync-tenant-status.ts';

/**
 * Reconciles a tenant with SuperOffice; idempotent.
 * @returns when it must be reconciled again, ms; null for the usual interval
 * @throws an error that makes the worker retry later
 */
export type ReconcileTenant = (tenant: Tenant) => Promise<number | null>;

/**
 * Detects what no callback reported: the tenant's state, panels of an earlier version of the app, a webhook that
 * SuperOffice stopped, purchased licenses, and the users with their plans.
 */
export function createReconcileTenant(deps: {
  syncTenantStatus: SyncTenantStatus;
  provision: Provision;
  licenses: LicenseSnapshots;
  users: UserStore;
  webApi: WebApi;
  locks: WithFencedLock;
  now: () => number;
}): ReconcileTenant {
  const { syncTenantStatus, provision, licenses, users, webApi, locks, now } = deps;

  return async (tenant) => {
    const { active, nextCheckMs } = await syncTenantStatus(tenant);
    if (!active) return nextCheckMs;
    // What SuperOffice does not let the app provision must not delay the rest.
    const incomplete = await provision.provisionIfNeeded(tenant).then(() => null, toIncomplete);
    await licenses.refreshIfOlderThan(tenant, null, now());
    await locks(`users ${tenant.tenantId}`, (lock) => compareUsers(tenant, lock));
    if (incomplete !== null) throw incomplete;
    return null;
  };

  function toIncomplete(error: unknown): ProvisioningIncompleteError {
    if (error instanceof ProvisioningIncompleteError) return error;
    throw error;
  }

  /** Refreshes the licenses of users whose plan changed and erases the data about users who left. */
  async function compareUsers(tenant: Tenant, lock: Lock): Promise<void> {
    const { tenantId } = tenant;
    const readAt = now();
    const current = await listUsers(tenant);
    if (current === null) return;
    const before = await users.listByTenant(tenantId);
    const changes = diffUserPlans(before, current);
    await users.replace(tenantId, current, changes, readAt, lock);
    const remaining = new Set(current.map(({ associateId }) => associateId));
    for (const { associateId } of changes) {
      if (remaining.has(associateId)) await licenses.refreshIfOlderThan(tenant, associateId, readAt);
    }
  }

  /** @returns null if the app may not list users in the tenant */
  async function listUsers(tenant: Tenant): Promise<ListedUser[] | null> {
    try {
      const listed = await readUsers(webApi.asSystemUser(tenant));
      // An administrator approved the app, so an empty list is wrong. It would erase the data about all users.
      if (listed.length === 0)
        throw new SuperOfficeError('unexpected-response', 'users', { detail: 'empty' });
      return listed;
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}
