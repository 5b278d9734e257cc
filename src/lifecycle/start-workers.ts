import type { Logger } from 'pino';
import type { WithLock } from '../coordination/keyed-mutex.ts';
import type { LicenseSnapshots } from '../snapshots/license-snapshots.ts';
import type { UserStore } from '../snapshots/user-store.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import type { AuditLog } from '../tenants/audit-log.ts';
import type { CallbackQueue } from '../tenants/callback-queue.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { startCallbackWorker } from './callbacks/callback-worker.ts';
import { createHandleCallback } from './callbacks/handle-callback.ts';
import type { Provision } from './provisioning/provision.ts';
import { createReconcileTenant } from './reconcile/reconcile-tenant.ts';
import { startReconcileWorker } from './reconcile/reconcile-worker.ts';
import { createSyncTenantStatus } from './reconcile/update-tenant-status.ts';

/** How often what was worked off long ago is forgotten, ms. */
const tidyEveryMs = 60 * 60_000;
/** Within it after a start those tenants have their turn that another version of the app set up, ms. */
const migrateWithinMs = 10 * 60_000;

/** What goes on without a request. */
export interface Workers {
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** Starts working off what SuperOffice called about, and looking after tenants. */
export function startWorkers(deps: {
  superOffice: Pick<SuperOffice, 'states' | 'webApi'>;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  users: UserStore;
  locks: WithLock;
  callbackQueue: CallbackQueue;
  audit: AuditLog;
  /** Tells, from whichever process, that there is something to do. */
  onWork: (kind: 'callback' | 'look-after', wake: () => void) => void;
  provision: Provision;
  /** What tenants are set up as by this version of the app. */
  fingerprint: string;
  log: Logger;
  metrics: { readonly onCallback: (outcome: 'processed' | 'failed' | 'dead_lettered') => void };
  now: () => number;
}): Workers {
  const { superOffice, tenants, callbackQueue, log } = deps;
  const syncTenantStatus = createSyncTenantStatus({ tenants, states: superOffice.states });
  const act = createHandleCallback({ ...deps, syncTenantStatus });
  const callbackWorker = startCallbackWorker({
    callbackQueue,
    act,
    log,
    onCallback: deps.metrics.onCallback,
  });
  deps.onWork('callback', callbackWorker.wake);
  const reconcile = createReconcileTenant({ ...deps, syncTenantStatus, webApi: superOffice.webApi });
  const reconcileWorker = startReconcileWorker({ tenants, reconcile, log });
  deps.onWork('look-after', reconcileWorker.wake);

  const warn = (what: string) => (error: Error) => log.warn({ reason: error.message }, what);
  tenants.scheduleOutdated(deps.fingerprint, migrateWithinMs).catch(warn('outdated tenants not found'));
  const tidying = setInterval(() => {
    callbackQueue.purgeExpired().catch(warn('inbox not tidied'));
    deps.audit.purgeExpired().catch(warn('audit log not tidied'));
  }, tidyEveryMs);
  return {
    async stop() {
      clearInterval(tidying);
      await Promise.all([callbackWorker.stop(), reconcileWorker.stop()]);
    },
  };
}
