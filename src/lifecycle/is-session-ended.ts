import type { UserStore } from '../snapshots/user-store.ts';
import type { SessionCutoffStore } from '../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { CompareUsers } from './reconcile/compare-users.ts';
import { createConfirmUser, type SignedInUser } from './reconcile/confirm-user.ts';

/**
 * Makes the test whether the session of a user has ended before its token expires: it was ended by an event, or SuperOffice
 * no longer confirms that the user is active. `now` in ms since 1970.
 */
export function createIsSessionEnded(deps: {
  tenants: TenantStore;
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  compareUsers: CompareUsers;
  now: () => number;
}): (user: SignedInUser) => Promise<boolean> {
  const { sessionCutoffs } = deps;
  const confirmUser = createConfirmUser(deps);

  return async (user) => {
    const { tenantId, associateId, signedInAt } = user;
    if (signedInAt < (await sessionCutoffs.notBefore(tenantId, associateId))) return true;
    return !(await confirmUser(user));
  };
}
