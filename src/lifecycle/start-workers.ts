import type { Logger } from 'pino';
import type { WithFencedLock } from '../coordination/advisory-locks.ts';
import type { JobQueue } from '../coordination/jobs/job-queue.ts';
import type { LicenseSnapshots } from '../snapshots/license-snapshots.ts';
import type { SeatCountStore } from '../snapshots/seat-count-store.ts';
import type { UserStore } from '../snapshots/user-store.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import type { AuditLog } from '../tenants/audit-log.ts';
import type { CallbackIntake } from '../tenants/callback-intake.ts';
import type { Reencrypted } from '../tenants/reencrypt.ts';
import type { PurgeExpired } from '../tenants/retention.ts';
import type { SessionCutoffStore } from '../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { UserDataStore } from '../tenants/user-data.ts';
import { createHandleStateChange, createHandleUserChange } from './callbacks/callback-handlers.ts';
import type { Provision } from './provisioning/provision.ts';
import { createCompareUsers } from './reconcile/compare-users.ts';
import { createEnqueueDueTenants, type RequestReconciliation } from './reconcile/reconcile-schedule.ts';
import { createReconcileTenant } from './reconcile/reconcile-tenant.ts';
import { createRecordLogins } from './reconcile/record-logins.ts';
import { createRunReconciliation } from './reconcile/run-reconciliation.ts';
import { createSyncTenantStatus } from './reconcile/sync-tenant-status.ts';

/** After a start, tenants provisioned by another version of the app are reconciled within this, ms. */
const upgradeWithinMs = 10 * 60_000;

/** Starts processing jobs: callbacks, reconciliations, re-encryption and purges. `jobs.stopProcessing` ends it. */
export async function startWorkers(deps: {
  superOffice: Pick<SuperOffice, 'states' | 'webApi'>;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  seatCounts: Pick<SeatCountStore, 'record'>;
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  locks: WithFencedLock;
  jobs: JobQueue;
  callbacks: CallbackIntake;
  audit: AuditLog;
  userData: UserDataStore;
  purgeExpired: PurgeExpired;
  requestReconciliation: RequestReconciliation;
  reencryptSecrets: () => Promise<Reencrypted>;
  provision: Provision;
  /** The fingerprint of the desired state in this version of the app. */
  fingerprint: string;
  log: Logger;
  now: () => number;
  /** Aborted when the process stops. */
  stop: AbortSignal;
}): Promise<void> {
  const { superOffice, tenants, jobs, callbacks, audit, sessionCutoffs, log, stop } = deps;
  const syncTenantStatus = createSyncTenantStatus({ ...deps, states: superOffice.states });
  const compareUsers = createCompareUsers({ ...deps, webApi: superOffice.webApi });
  const recordLogins = createRecordLogins({ ...deps, webApi: superOffice.webApi });
  const reconcile = createReconcileTenant({ ...deps, syncTenantStatus, compareUsers, recordLogins });
  const enqueueDueTenants = createEnqueueDueTenants({ tenants, jobs });

  await Promise.all([
    tenants.scheduleOutdated(deps.fingerprint, upgradeWithinMs),
    jobs.schedule('due-reconciliations', '* * * * *'),
    jobs.schedule('purges', '17 * * * *'),
    jobs.enqueue('due-reconciliations', [{ payload: {}, key: 'start' }]),
    jobs.enqueue('reencryptions', [{ payload: {}, key: 'all' }]),
  ]);
  // A process that stops has ended its workers already.
  if (stop.aborted) return;
  // Last, because every worker asks for jobs at once.
  await Promise.all([
    jobs.process('state-changes', createHandleStateChange({ ...deps, syncTenantStatus })),
    jobs.process('user-changes', createHandleUserChange(deps)),
    jobs.process('reconciliations', createRunReconciliation({ tenants, reconcile, log })),
    jobs.process('due-reconciliations', async () => {
      await enqueueDueTenants();
      await callbacks.adoptUnfinished();
    }),
    jobs.process('purges', async () => {
      await callbacks.purgeExpired();
      await audit.purgeExpired();
      await sessionCutoffs.purgeExpired();
      await deps.purgeExpired();
      await tenants.purgeTombstones();
    }),
    jobs.process('reencryptions', async () => {
      const { reencrypted, unreadable } = await deps.reencryptSecrets();
      if (reencrypted > 0 || unreadable.length > 0)
        log.info({ reencrypted, unreadable: unreadable.length }, 'secrets re-encrypted');
    }),
  ]);
}
