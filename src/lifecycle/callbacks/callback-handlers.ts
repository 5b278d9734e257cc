import type { HandleJob, JobQueue } from '../../coordination/jobs/job-queue.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { UserDataStore } from '../../tenants/user-data.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { RequestReconciliation } from '../reconcile/reconcile-schedule.ts';
import type { SyncTenantStatus } from '../reconcile/sync-tenant-status.ts';
import { createReadAllowance } from './read-allowance.ts';

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
 * Handles the changes of users that were announced before the job started. The data about a deleted user are erased. The
 * licenses of few changed users are read at once; in a storm, those of the others when their panel is opened next, because
 * SuperOffice may be called only ten times a second. The licenses of the tenant, which tell the seats, are read at once or,
 * after a recent read, once for all events of the quiet time.
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
  const mayReadUser = createReadAllowance({ now });

  return async (payload) => {
    const startedAt = now();
    const { tenantId } = payload;
    const tenant = await tenants.findCached(tenantId);
    if (tenant === null) return;
    if ('associateIds' in payload) return handleChanges(tenant, payload.associateIds, startedAt);
    const { associateId, deleted } = payload;
    if (associateId === null) return handleChanges(tenant, [], startedAt);
    if (!deleted) return handleChanges(tenant, [associateId], startedAt);
    await sessionCutoffs.endSessions(tenantId, [associateId]);
    await userData.erase({ tenantId, associateId });
  };

  async function handleChanges(tenant: Tenant, associateIds: readonly number[], startedAt: number) {
    // A user may have lost rights or have been retired: the next sign-in tells.
    if (associateIds.length > 0) await sessionCutoffs.endChangedSessions(tenant.tenantId, associateIds);
    // Events of an inactive tenant are dropped: its next reconciliation finds the changes.
    if (tenant.status !== 'active') return;
    if (associateIds.length > 0) await refreshUsers(tenant, associateIds, startedAt);
    await refreshTenant(tenant, startedAt);
  }

  async function refreshUsers(tenant: Tenant, associateIds: readonly number[], startedAt: number) {
    const { tenantId } = tenant;
    const known = await licenses.findKnownUsers(tenantId, associateIds);
    const readable = known.filter(() => mayReadUser(tenantId));
    const others = known.slice(readable.length);
    if (others.length > 0) await licenses.expireUsers(tenantId, others, startedAt);
    await Promise.all(readable.map((id) => licenses.refreshIfOlderThan(tenant, id, startedAt)));
  }

  async function refreshTenant(tenant: Tenant, startedAt: number): Promise<void> {
    const { tenantId } = tenant;
    const quietForMs = startedAt - (await licenses.findTenantReadAt(tenant));
    if (quietForMs >= quietMs) return licenses.refreshIfOlderThan(tenant, null, startedAt);
    const delaySeconds = Math.min(quietMs, quietMs - quietForMs) / 1_000;
    const payload = { tenantId, associateId: null, deleted: false };
    await jobs.enqueue('user-changes', [{ payload, key: `${tenantId} any`, delaySeconds }]);
  }
}
