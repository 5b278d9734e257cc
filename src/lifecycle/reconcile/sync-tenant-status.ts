import type { WithLock } from '../../coordination/keyed-mutex.ts';
import type { TenantState, TenantStateCache } from '../../superoffice/api/tenant-state.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant, TenantStatus } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';

/** What follows from the state of a tenant. */
interface SyncedStatus {
  readonly active: boolean;
  /** The tenant must be reconciled again in this time, ms; null if there is no hurry. */
  readonly nextCheckMs: number | null;
}

/**
 * Reads the state of a tenant again and saves the status that follows from it, or ends a tenant that is deleted or has
 * left. @throws the error of the state API
 */
export type SyncTenantStatus = (tenant: Pick<Tenant, 'tenantId'>) => Promise<SyncedStatus>;

/** Without a Delete notification, two reports of the deletion must be this far apart, ms. */
const deletionProofMs = 60 * 60_000;
/** With a Delete notification, the deletion must be reported this long after it, ms. */
const announcedDeletionProofMs = 60_000;
/** The data of a tenant that is revoked, stays in deletion or is unknown to SuperOffice are kept for this time, ms. */
export const leavingRetentionMs = 30 * 24 * 60 * 60_000;

const inactive: SyncedStatus = { active: false, nextCheckMs: null };

/**
 * One wrong state must not delete data. So a deletion is proved only by two states that were read as `Deleted`, or by a
 * Delete notification and such a state, with time in between and no other state. What is known is stored: a process that
 * is killed loses nothing, and any process decides. The lock excludes a new consent, removal and provisioning meanwhile.
 */
export function createSyncTenantStatus(deps: {
  tenants: TenantStore;
  states: Pick<TenantStateCache, 'readAgain'>;
  locks: WithLock;
  now: () => number;
}): SyncTenantStatus {
  const { tenants, states, locks, now } = deps;

  return ({ tenantId }) =>
    locks(`tenant ${tenantId}`, async () => {
      const tenant = await tenants.find(tenantId);
      return tenant === null ? inactive : syncTenant(tenant);
    });

  async function syncTenant(tenant: Tenant): Promise<SyncedStatus> {
    const isRevoked = tenant.status === 'revoked';
    if (isRevoked && hasLeft(tenant)) return purge(tenant);
    const state = await readState(tenant);
    if (state === null) return purge(tenant);
    if (state.state === 'Deleted') return syncDeleted(tenant);
    const status = isRevoked ? 'revoked' : toStatus(state);
    if (status === 'deleting' && hasLeft(tenant)) return purge(tenant);
    await tenants.saveObservedState(tenant, { status, deletedReportedAt: null, nextCheckAt: null });
    return { active: status === 'active', nextCheckMs: null };
  }

  /** @returns null if SuperOffice does not know the tenant, which has lasted for `leavingRetentionMs` */
  async function readState(tenant: Tenant): Promise<TenantState | null> {
    try {
      return await states.readAgain(tenant.tenantId);
    } catch (error) {
      if (!(error instanceof SuperOfficeError) || error.code !== 'tenant-unknown') throw error;
      if (hasLeft(tenant)) return null;
      await tenants.saveUnknown(tenant);
      throw error;
    }
  }

  async function syncDeleted(tenant: Tenant): Promise<SyncedStatus> {
    const reportedAt = tenant.deletion.reportedAt ?? new Date(now());
    const proofAt = deletionProofAt(reportedAt, tenant.deletion.announcedAt);
    if (now() >= proofAt) {
      await tenants.bury(tenant);
      return inactive;
    }
    await tenants.saveObservedState(tenant, {
      status: tenant.status === 'revoked' ? 'revoked' : 'deleting',
      deletedReportedAt: reportedAt,
      nextCheckAt: new Date(proofAt),
    });
    return { active: false, nextCheckMs: proofAt - now() };
  }

  async function purge(tenant: Tenant): Promise<SyncedStatus> {
    await tenants.purge(tenant, null);
    return inactive;
  }

  function hasLeft({ leavingSince }: Tenant): boolean {
    return leavingSince !== null && now() - leavingSince.getTime() >= leavingRetentionMs;
  }
}

/** From when on a report that the tenant is deleted proves it, ms since 1970. */
function deletionProofAt(reportedAt: Date, announcedAt: Date | null): number {
  const byReports = reportedAt.getTime() + deletionProofMs;
  if (announcedAt === null) return byReports;
  return Math.min(byReports, announcedAt.getTime() + announcedDeletionProofMs);
}

function toStatus({ state, isRunning }: TenantState): TenantStatus {
  if (state === 'Deleting') return 'deleting';
  return isRunning ? 'active' : 'suspended';
}
