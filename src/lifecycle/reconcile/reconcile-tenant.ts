import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { type Provision, ProvisioningIncompleteError } from '../provisioning/provision.ts';
import type { CompareUsers } from './compare-users.ts';
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
  compareUsers: CompareUsers;
  now: () => number;
}): ReconcileTenant {
  const { syncTenantStatus, provision, licenses, compareUsers, now } = deps;

  return async (tenant) => {
    const { active, nextCheckMs } = await syncTenantStatus(tenant);
    if (!active) return nextCheckMs;
    // What SuperOffice does not let the app provision must not delay the rest.
    const incomplete = await provision.provisionIfNeeded(tenant).then(() => null, toIncomplete);
    await licenses.refreshIfOlderThan(tenant, null, now());
    const startedAt = now();
    for (const associateId of await compareUsers(tenant, startedAt))
      await licenses.refreshIfOlderThan(tenant, associateId, startedAt);
    if (incomplete !== null) throw incomplete;
    return null;
  };

  function toIncomplete(error: unknown): ProvisioningIncompleteError {
    if (error instanceof ProvisioningIncompleteError) return error;
    throw error;
  }
}
