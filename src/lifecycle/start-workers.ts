import type { Logger } from 'pino';
import type { WithLock } from '../coordination/keyed-mutex.ts';
import type { LicenseSnapshots } from '../snapshots/license-snapshots.ts';
import type { UserStore } from '../snapshots/user-store.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import type { AuditLog } from '../tenants/audit-log.ts';
import type { CallbackQueue } from '../tenants/callback-queue.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { type OnCallback, startCallbackWorker } from './callbacks/callback-worker.ts';
import { createHandleCallback } from './callbacks/handle-callback.ts';
import type { Provision } from './provisioning/provision.ts';
import { createReconcileTenant } from './reconcile/reconcile-tenant.ts';
import { startReconcileWorker } from './reconcile/reconcile-worker.ts';
import { createSyncTenantStatus } from './reconcile/sync-tenant-status.ts';
import type { WorkSignals } from './work-signals.ts';

const purgeIntervalMs = 60 * 60_000;
/** After a start, tenants provisioned by another version of the app are reconciled within this, ms. */
const upgradeWithinMs = 10 * 60_000;

/** The background work of a process. */
export interface Workers {
  /** Resolves when the items in progress are finished. */
  stop(): Promise<void>;
}

/** Starts processing callbacks, reconciling tenants and purging expired rows. */
export function startWorkers(deps: {
  superOffice: Pick<SuperOffice, 'states' | 'webApi'>;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  users: UserStore;
  locks: WithLock;
  callbackQueue: CallbackQueue;
  audit: AuditLog;
  workSignals: WorkSignals;
  provision: Provision;
  /** The fingerprint of the desired state in this version of the app. */
  fingerprint: string;
  log: Logger;
  metrics: { readonly onCallback: OnCallback };
  now: () => number;
}): Workers {
  const { superOffice, tenants, callbackQueue, audit, workSignals, log } = deps;
  const syncTenantStatus = createSyncTenantStatus({ tenants, states: superOffice.states });
  const callbackWorker = startCallbackWorker({
    callbackQueue,
    handleCallback: createHandleCallback({ ...deps, syncTenantStatus }),
    log,
    onCallback: deps.metrics.onCallback,
  });
  const reconcileWorker = startReconcileWorker({
    tenants,
    reconcile: createReconcileTenant({ ...deps, syncTenantStatus, webApi: superOffice.webApi }),
    log,
  });
  workSignals.on('callback', callbackWorker.wake);
  workSignals.on('reconcile', reconcileWorker.wake);

  const warn = (message: string) => (error: Error) => log.warn({ reason: error.message }, message);
  tenants
    .scheduleOutdated(deps.fingerprint, upgradeWithinMs)
    .catch(warn('scheduling outdated tenants failed'));
  const purging = setInterval(() => {
    callbackQueue.purgeExpired().catch(warn('callback purge failed'));
    audit.purgeExpired().catch(warn('audit log purge failed'));
  }, purgeIntervalMs);
  return {
    async stop() {
      clearInterval(purging);
      workSignals.off('callback', callbackWorker.wake);
      workSignals.off('reconcile', reconcileWorker.wake);
      await Promise.all([callbackWorker.stop(), reconcileWorker.stop()]);
    },
  };
}
