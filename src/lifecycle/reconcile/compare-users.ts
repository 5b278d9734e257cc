import type { WithLock } from '../../coordination/keyed-mutex.ts';
import { diffUserPlans } from '../../licensing/licenses/license-diff.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { type ListedUser, readUsers } from '../../superoffice/api/users.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal } from '../../superoffice/transport/superoffice-error.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';

/**
 * Reads the list of a tenant's users and replaces the stored one. Users who are no longer on it lose their sessions and
 * their license data. Does nothing if the app may not list users in the tenant, or if the stored list was read at or
 * after `since` (ms since 1970).
 * @returns the users whose plan changed
 */
export type CompareUsers = (tenant: Tenant, since: number) => Promise<readonly number[]>;

/** Compares users with the list of SuperOffice, one process at a time for each tenant. */
export function createCompareUsers(deps: {
  licenses: LicenseSnapshots;
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  webApi: WebApi;
  locks: WithLock;
  now: () => number;
}): CompareUsers {
  const { licenses, users, sessionCutoffs, webApi, locks, now } = deps;

  return (tenant, since) => locks(`users ${tenant.tenantId}`, () => compareUsers(tenant, since));

  async function compareUsers(tenant: Tenant, since: number): Promise<readonly number[]> {
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
    await users.replace(tenantId, current, changes, readAt);
    for (const associateId of left) await licenses.removeUser(tenant, associateId);
    return changes.map(({ associateId }) => associateId).filter((id) => remaining.has(id));
  }

  /** @returns null if the app may not list users in the tenant */
  async function listUsers(tenant: Tenant): Promise<ListedUser[] | null> {
    try {
      return await readUsers(webApi.asSystemUser(tenant));
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}
