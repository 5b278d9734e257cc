import type { HandleJob, JobQueue } from '../../coordination/jobs/job-queue.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { UserDataStore } from '../../tenants/user-data.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { RequestReconciliation } from '../reconcile/reconcile-schedule.ts';
import type { SyncTenantStatus } from '../reconcile/sync-tenant-status.ts';

/**
 * Handles an announced state change: what SuperOffice reports now decides, not the announcement. Only the announcement of
 * a deletion is stored, as half of its proof.
 */
export function createHandleStateChange(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  syncTenantStatus: SyncTenantStatus;
  provision: Provision;
  requestReconciliation: RequestReconciliation;
  now: () => number;
}): HandleJob<'state-changes'> {
  const { tenants, licenses, syncTenantStatus, provision, requestReconciliation, now } = deps;

  return async ({ tenantId, change }) => {
    const startedAt = now();
    const tenant = await tenants.find(tenantId);
    if (tenant === null) return;
    if (change === 'delete') await tenants.saveDeleteAnnouncement(tenantId);
    if (!(await syncTenantStatus(tenant)).active) return;
    if (change === 'backup-restored') await provision.provisionAll(tenant);
    const mayHaveMissedEvents =
      tenant.status !== 'active' || change === 'resume' || change === 'backup-restored';
    if (!mayHaveMissedEvents) return;
    await licenses.refreshIfOlderThan(tenant, null, startedAt);
    await requestReconciliation(tenantId);
  };
}

/** How long the licenses of a tenant are not read again because of an event, ms: at most one read in this time. */
const quietMs = 3_000;

/**
 * Handles the changes of a user that were announced before the job started. The data about a deleted user are erased. The
 * licenses of the tenant, which tell the seats, are read at once or, after a recent read, once for all events of the quiet
 * time.
 */
export function createHandleUserChange(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  userData: UserDataStore;
  sessionCutoffs: SessionCutoffStore;
  jobs: Pick<JobQueue, 'enqueue'>;
  now: () => number;
}): HandleJob<'user-changes'> {
  const { tenants, licenses, userData, sessionCutoffs, jobs, now } = deps;

  return async ({ tenantId, associateId, deleted }) => {
    const startedAt = now();
    const tenant = await tenants.findCached(tenantId);
    if (tenant === null) return;
    if (deleted && associateId !== null) {
      await sessionCutoffs.endSessions(tenantId, [associateId]);
      return userData.erase({ tenantId, associateId });
    }
    // The user may have lost rights or have been retired: the next sign-in tells.
    if (associateId !== null) await sessionCutoffs.endChangedSessions(tenantId, associateId);
    // Events of an inactive tenant are dropped: its next reconciliation finds the changes.
    if (tenant.status !== 'active') return;
    if (associateId !== null) await licenses.refreshIfOlderThan(tenant, associateId, startedAt);
    const quietForMs = startedAt - (await licenses.findTenantReadAt(tenant));
    if (quietForMs >= quietMs) return licenses.refreshIfOlderThan(tenant, null, startedAt);
    const delaySeconds = Math.min(quietMs, quietMs - quietForMs) / 1_000;
    const payload = { tenantId, associateId: null, deleted: false };
    await jobs.enqueue('user-changes', [{ payload, key: `${tenantId} any`, delaySeconds }]);
  };
}
