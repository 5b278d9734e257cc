import type { Logger } from 'pino';
import type { Lock, WithFencedLock } from '../../coordination/advisory-locks.ts';
import type { JobQueue } from '../../coordination/jobs/job-queue.ts';
import { diffUserPlans } from '../../licensing/licenses/license-diff.ts';
import { namesPlan } from '../../licensing/plans/plan-text.ts';
import type { TenantUser, UserStore } from '../../snapshots/user-store.ts';
import { readUsers, type UserList } from '../../superoffice/api/users.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { SessionCutoffStore } from '../../tenants/session-cutoff-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';

/**
 * Reads the list of a tenant's users and replaces the stored one. Users who are missing from two lists in succession, or
 * retired, lose their sessions, and the data about them are erased. Does nothing if the app may not list users in the tenant, or if the
 * stored list was read at or after `since` (ms since 1970). The licenses of users whose plan changed are read by jobs.
 */
export type CompareUsers = (tenant: Tenant, since: number) => Promise<void>;

/** Compares users with the list of SuperOffice, one process at a time for each tenant. */
export function createCompareUsers(deps: {
  users: UserStore;
  sessionCutoffs: SessionCutoffStore;
  jobs: Pick<JobQueue, 'enqueue'>;
  webApi: WebApi;
  locks: WithFencedLock;
  log: Logger;
  now: () => number;
}): CompareUsers {
  const { users, sessionCutoffs, jobs, webApi, locks, log, now } = deps;

  return (tenant, since) => locks(`users ${tenant.tenantId}`, (lock) => compareUsers(tenant, since, lock));

  async function compareUsers(tenant: Tenant, since: number, lock: Lock): Promise<void> {
    const { tenantId } = tenant;
    if ((await users.lastReadAt(tenantId)) >= since) return;
    const readAt = now();
    const list = await listUsers(tenant);
    if (list === null) return;
    const before = await users.listByTenant(tenantId);
    const left = await findUsersWhoLeft(tenant, before, list);
    const stored = toStoredUsers(list);
    const unconfirmed = findMissing(before, stored).filter(({ associateId }) => !left.has(associateId));
    const isUnconfirmed = new Set(unconfirmed.map(({ associateId }) => associateId));
    const current = [...stored.filter(({ associateId }) => !isUnconfirmed.has(associateId)), ...unconfirmed];
    const erased = await users.listErased(tenantId);
    const isComparable = (user: TenantUser) => !user.retired && !erased.has(user.associateId);
    const changes = diffUserPlans(before.filter(isComparable), current.filter(isComparable));
    // First, so that a process killed in between has not forgotten whose sessions were to end and whose plan changed.
    await sessionCutoffs.endSessions(tenantId, [...left]);
    const changed = changes.map(({ associateId }) => associateId).filter((id) => !left.has(id));
    await jobs.enqueue(
      'user-changes',
      changed.map((associateId) => ({
        payload: { tenantId, associateId, deleted: false },
        key: `${tenantId} ${associateId}`,
      })),
    );
    await users.replace(tenantId, current, changes, { readAt, isComplete: list.unreadable === 0 }, lock);
  }

  /**
   * The stored users who are missing from two lists in succession. One list may lack a user whose row moved to another
   * page while it was read, or whose row is unreadable.
   */
  async function findUsersWhoLeft(
    tenant: Tenant,
    before: readonly TenantUser[],
    list: UserList,
  ): Promise<ReadonlySet<number>> {
    const missing = findMissing(before, toStoredUsers(list));
    if (missing.length === 0 || list.unreadable > 0) return new Set();
    const again = await listUsers(tenant);
    if (again === null || again.unreadable > 0) return new Set();
    return new Set(findMissing(missing, toStoredUsers(again)).map(({ associateId }) => associateId));
  }

  /** @returns null if the app may not list users in the tenant */
  async function listUsers(tenant: Tenant): Promise<UserList | null> {
    try {
      const list = await readUsers(webApi.asSystemUser(tenant));
      // An administrator approved the app, so an empty list is wrong. It would erase the data about all users.
      if (list.users.length === 0)
        throw new SuperOfficeError('unexpected-response', 'users', { detail: 'empty' });
      const { unreadable } = list;
      if (unreadable > 0) log.warn({ tenantId: tenant.tenantId, unreadable }, 'users without an id skipped');
      return list;
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}

/** The active users of a list, and those who have left and still hold a plan. */
function toStoredUsers({ users, retired }: UserList): readonly TenantUser[] {
  const holders = retired.filter(({ userPlan }) => namesPlan(userPlan));
  return [
    ...users.map((user) => ({ ...user, retired: false })),
    ...holders.map((user) => ({ ...user, retired: true })),
  ];
}

/** The stored users whom a list lacks. An active user whom it has as retired counts as missing. */
function findMissing(before: readonly TenantUser[], listed: readonly TenantUser[]): readonly TenantUser[] {
  const retired = new Map(listed.map((user) => [user.associateId, user.retired]));
  return before.filter((user) => {
    const now = retired.get(user.associateId);
    return now === undefined || (now && !user.retired);
  });
}
