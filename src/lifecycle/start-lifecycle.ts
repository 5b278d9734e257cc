import type { Logger } from 'pino';
import type { TenantStates } from '../superoffice/tenant-state.ts';
import type { CallbackInbox } from '../tenants/callback-inbox.ts';
import type { LicenseSnapshots } from '../tenants/license-snapshots.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { createActOnCallback } from './act-on-callback.ts';
import { startInboxWorker } from './inbox-worker.ts';
import type { Provision } from './provision.ts';

/** So many callbacks are worked off at once in a process: each waits for SuperOffice most of its time. */
const hands = 2;
/** How often what was worked off long ago is forgotten, ms. */
const tidyEveryMs = 60 * 60_000;

/** What goes on without a request. */
export interface Lifecycle {
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** Starts working off what SuperOffice called about. */
export function startLifecycle(deps: {
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  states: TenantStates;
  inbox: CallbackInbox;
  /** Tells, from whichever process, that a callback was kept. */
  onCallback: (wake: () => void) => void;
  provision: Provision;
  log: Logger;
}): Lifecycle {
  const { inbox, log } = deps;
  const worker = startInboxWorker({ inbox, act: createActOnCallback(deps), log, hands });
  deps.onCallback(worker.wake);
  const tidying = setInterval(() => {
    inbox.forgetOld().catch((error: Error) => log.warn({ reason: error.message }, 'inbox not tidied'));
  }, tidyEveryMs);
  return {
    async stop() {
      clearInterval(tidying);
      await worker.stop();
    },
  };
}
