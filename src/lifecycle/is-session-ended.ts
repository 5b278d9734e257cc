import type { UserStore } from '../snapshots/user-store.ts';
import type { SessionCutoffStore } from '../tenants/session-cutoff-store.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { CompareUsers } from './reconcile/compare-users.ts';
import { createUserConfirmation, type SignedInUser } from './reconcile/confirm-user.ts';

/**
 * Whether the session of a user has ended before its token expires: it was ended by an event, or SuperOffice no longer
 * confirms that the user is active.
 */
export interface SessionEnds {
  isEnded(user: SignedInUser): Promise<boolean>;
  /** Whether memory tells that it has not ended, without asking the database or SuperOffice. */
  isGoingOn(user: SignedInUser): boolean;
}

/** Makes the test. `now` in ms since 1970. */
export function createSessionEnds(deps: {
  tenants: TenantStore;
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  compareUsers: CompareUsers;
  now: () => number;
}): SessionEnds {
  const { sessionCutoffs } = deps;
  const confirmation = createUserConfirmation(deps);

  async function isEnded(user: SignedInUser): Promise<boolean> {
    const { tenantId, associateId, signedInAt } = user;
    if (signedInAt < (await sessionCutoffs.notBefore(tenantId, associateId))) return true;
    return !(await confirmation.confirm(user));
  }

  function isGoingOn(user: SignedInUser): boolean {
    const notBefore = sessionCutoffs.peekNotBefore(user.tenantId, user.associateId);
    return notBefore !== null && user.signedInAt >= notBefore && confirmation.isConfirmed(user);
  }

  return { isEnded, isGoingOn };
}
