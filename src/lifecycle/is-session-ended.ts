import type { Logger } from 'pino';
import type { WithFencedLock } from '../coordination/advisory-locks.ts';
import type { JobQueue } from '../coordination/jobs/job-queue.ts';
import type { UserStore } from '../snapshots/user-store.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import type { SessionCutoffStore } from '../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { createCompareUsers } from './reconcile/compare-users.ts';
import { createConfirmUser, type SignedInUser } from './reconcile/confirm-user.ts';

/**
 * Makes the test whether the session of a user has ended before its token expires: it was ended by an event, or SuperOffice
 * no longer confirms that the user is active. `now` in ms since 1970.
 */
export function createIsSessionEnded(deps: {
  superOffice: Pick<SuperOffice, 'webApi'>;
  tenants: TenantStore;
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  jobs: Pick<JobQueue, 'enqueue'>;
  locks: WithFencedLock;
  log: Logger;
  now: () => number;
}): (user: SignedInUser) => Promise<boolean> {
  const { superOffice, sessionCutoffs } = deps;
  const compareUsers = createCompareUsers({ ...deps, webApi: superOffice.webApi });
  const confirmUser = createConfirmUser({ ...deps, compareUsers });

  return async (user) => {
    const { tenantId, associateId, signedInAt } = user;
    if (signedInAt < (await sessionCutoffs.notBefore(tenantId, associateId))) return true;
    return !(await confirmUser(user));
  };
}
