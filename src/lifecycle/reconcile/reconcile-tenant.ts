import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { SeatCountStore } from '../../snapshots/seat-count-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { type Provision, ProvisioningIncompleteError } from '../provisioning/provision.ts';
import type { CompareUsers } from './compare-users.ts';
import type { RecordLogins } from './record-logins.ts';
import type { SyncTenantStatus } from './sync-tenant-status.ts';

/**
 * Reconciles a tenant with SuperOffice; idempotent. Provisioning, license data and users are independent: if one of them
 * fails, the others are reconciled all the same.
 * @returns when it must be reconciled again, ms; null for the usual interval
 * @throws ProvisioningIncompleteError or PartialFailure if one of them failed, any other error if licenses and users could
 * not be read; the worker retries later
 */
export type ReconcileTenant = (tenant: Tenant) => Promise<number | null>;

/** A reconciliation of which only one part failed; the cause is the error of that part. */
export class PartialFailure extends Error {
  readonly part: 'licenses' | 'users';

  constructor(part: PartialFailure['part'], cause: unknown) {
    super(`${part}: ${cause instanceof Error ? cause.message : 'unknown'}`, { cause });
    this.name = 'PartialFailure';
    this.part = part;
  }
}

/**
 * Detects what no callback reported: the tenant's state, panels of an earlier version of the app, a webhook that
 * SuperOffice stopped, purchased licenses with their seats, and the users with their plans and logins.
 */
export function createReconcileTenant(deps: {
  syncTenantStatus: SyncTenantStatus;
  provision: Provision;
  licenses: LicenseSnapshots;
  seatCounts: Pick<SeatCountStore, 'record'>;
  compareUsers: CompareUsers;
  recordLogins: RecordLogins;
  now: () => number;
}): ReconcileTenant {
  const { syncTenantStatus, provision, licenses, seatCounts, compareUsers, recordLogins, now } = deps;

  return async (tenant) => {
    const { active, nextCheckMs } = await syncTenantStatus(tenant);
    if (!active) return nextCheckMs;
    // What SuperOffice does not let the app provision must not delay the rest.
    const incomplete = await provision.provisionIfNeeded(tenant).then(() => null, toIncomplete);
    const parts = {
      licenses: () => refreshLicenses(tenant),
      users: () => refreshUsers(tenant),
    };
    const failures: PartialFailure[] = [];
    for (const part of ['licenses', 'users'] as const) {
      await parts[part]().catch((error: unknown) => failures.push(new PartialFailure(part, error)));
    }
    const [first, second] = failures;
    if (first !== undefined) throw second === undefined ? first : first.cause;
    if (incomplete !== null) throw incomplete;
    return null;
  };

  function toIncomplete(error: unknown): ProvisioningIncompleteError {
    if (error instanceof ProvisioningIncompleteError) return error;
    throw error;
  }

  async function refreshLicenses(tenant: Tenant): Promise<void> {
    await licenses.refreshIfOlderThan(tenant, null, now());
    const snapshot = await licenses.getTenantLicenses(tenant);
    if (snapshot !== null) await seatCounts.record(tenant.tenantId, snapshot);
  }

  async function refreshUsers(tenant: Tenant): Promise<void> {
    await compareUsers(tenant, now());
    await recordLogins(tenant);
  }
}
