import type { Logger } from 'pino';
import type { InTurn } from '../coordination/keyed-mutex.ts';
import type { LicenseSnapshots } from '../snapshots/license-snapshots.ts';
import type { UserStore } from '../snapshots/user-store.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import type { AuditLog } from '../tenants/audit-log.ts';
import type { CallbackInbox } from '../tenants/callback-queue.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { startInboxWorker } from './callbacks/callback-worker.ts';
import { createActOnCallback } from './callbacks/handle-callback.ts';
import type { Provision } from './provisioning/provision.ts';
import { createLookAfter } from './reconcile/reconcile-tenant.ts';
import { startLookAfterWorker } from './reconcile/reconcile-worker.ts';
import { createSettleStanding } from './reconcile/update-tenant-status.ts';

/** How often what was worked off long ago is forgotten, ms. */
const tidyEveryMs = 60 * 60_000;
/** Within it after a start those tenants have their turn that another version of the app set up, ms. */
const migrateWithinMs = 10 * 60_000;

/** What goes on without a request. */
export interface Lifecycle {
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** Starts working off what SuperOffice called about, and looking after tenants. */
export function startLifecycle(deps: {
  superOffice: Pick<SuperOffice, 'states' | 'webApi'>;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  users: UserStore;
  locks: InTurn;
  inbox: CallbackInbox;
  audit: AuditLog;
  /** Tells, from whichever process, that there is something to do. */
  onWork: (kind: 'callback' | 'look-after', wake: () => void) => void;
  provision: Provision;
  /** What tenants are set up as by this version of the app. */
  fingerprint: string;
  log: Logger;
  metrics: { readonly onCallback: (outcome: 'done' | 'failed' | 'parked') => void };
  now: () => number;
}): Lifecycle {
  const { superOffice, tenants, inbox, log } = deps;
  const settleStanding = createSettleStanding({ tenants, states: superOffice.states });
  const act = createActOnCallback({ ...deps, settleStanding });
  const inboxWorker = startInboxWorker({ inbox, act, log, onCallback: deps.metrics.onCallback });
  deps.onWork('callback', inboxWorker.wake);
  const lookAfter = createLookAfter({ ...deps, settleStanding, webApi: superOffice.webApi });
  const lookAfterWorker = startLookAfterWorker({ tenants, lookAfter, log });
  deps.onWork('look-after', lookAfterWorker.wake);

  const warn = (what: string) => (error: Error) => log.warn({ reason: error.message }, what);
  tenants.lookAfterOutdated(deps.fingerprint, migrateWithinMs).catch(warn('outdated tenants not found'));
  const tidying = setInterval(() => {
    inbox.forgetOld().catch(warn('inbox not tidied'));
    deps.audit.forgetOld().catch(warn('audit log not tidied'));
  }, tidyEveryMs);
  return {
    async stop() {
      clearInterval(tidying);
      await Promise.all([inboxWorker.stop(), lookAfterWorker.stop()]);
    },
  };
}
