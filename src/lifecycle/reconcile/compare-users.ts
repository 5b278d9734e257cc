import type { Lock, WithFencedLock } from '../../coordination/advisory-locks.ts';
import { diffUserPlans } from '../../licensing/licenses/license-diff.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { type ListedUser, readUsers } from '../../superoffice/api/users.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';

/**
 * Reads the list of a tenant's users and replaces the stored one. Users who are no longer on it lose their sessions, and the
 * data about them are erased. Does nothing if the app may not list users in the tenant, or if the stored list was read at
 * or after `since` (ms since 1970).
 * @returns the users whose plan changed
 */
export type CompareUsers = (tenant: Tenant, since: number) => Promise<readonly number[]>;

/** Compares users with the list of SuperOffice, one process at a time for each tenant. */
export function createCompareUsers(deps: {
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  webApi: WebApi;
  locks: WithFencedLock;
  now: () => number;
}): CompareUsers {
  const { users, sessionCutoffs, webApi, locks, now } = deps;

  return (tenant, since) => locks(`users ${tenant.tenantId}`, (lock) => compareUsers(tenant, since, lock));

  async function compareUsers(tenant: Tenant, since: number, lock: Lock): Promise<readonly number[]> {
    const { tenantId } = tenant;
    if ((await users.lastReadAt(tenantId)) >= since) return [];
    const readAt = now();
    const current = await listUsers(tenant);
    if (current === null) return [];
    const before = await users.listByTenant(tenantId);
    const changes = diffUserPlans(before, current);
    const remaining = new Set(current.map(({ associateId }) => associateId));
    const left = before.map(({ associateId }) => associateId).filter((id) => !remaining.has(id));
    // First, so that a process killed in between has not forgotten whose sessions were to end.
    await sessionCutoffs.endSessions(tenantId, left);
    await users.replace(tenantId, current, changes, readAt, lock);
    return changes.map(({ associateId }) => associateId).filter((id) => remaining.has(id));
  }

  /** @returns null if the app may not list users in the tenant */
  async function listUsers(tenant: Tenant): Promise<ListedUser[] | null> {
    try {
      const listed = await readUsers(webApi.asSystemUser(tenant));
      // An administrator approved the app, so an empty list is wrong. It would erase the data about all users.
      if (listed.length === 0)
        throw new SuperOfficeError('unexpected-response', 'users', { detail: 'empty' });
      return listed;
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}
