import type { Logger } from 'pino';
import type { WithLock } from '../../coordination/keyed-mutex.ts';
import { diffUserPlans } from '../../licensing/licenses/license-diff.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { readUsers, type UserList } from '../../superoffice/api/users.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isRefusal } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Provision } from '../provisioning/provision.ts';
import type { SyncTenantStatus } from './sync-tenant-status.ts';

/**
 * Reconciles a tenant with SuperOffice; idempotent. License data and users are independent: if one of them cannot be
 * read, the other is reconciled all the same.
 * @throws PartialFailure if one of them failed, any other error if both could not begin; the worker retries later
 */
export type ReconcileTenant = (tenant: Tenant) => Promise<void>;

/** A reconciliation of which only one part failed; the cause is the error of that part. */
export class PartialFailure extends Error {
  readonly part: 'licenses' | 'users';

  constructor(part: PartialFailure['part'], cause: unknown) {
    super(`${part}: ${cause instanceof Error ? cause.message : 'unknown'}`, { cause });
    this.name = 'PartialFailure';
    this.part = part;
  }
}

/**
 * Detects what no callback reported: the tenant's state, panels of an earlier version of the app, a webhook that
 * SuperOffice stopped, purchased licenses, and the users with their plans.
 */
export function createReconcileTenant(deps: {
  syncTenantStatus: SyncTenantStatus;
  provision: Provision;
  licenses: LicenseSnapshots;
  users: UserStore;
  webApi: WebApi;
  locks: WithLock;
  log: Logger;
  now: () => number;
}): ReconcileTenant {
  const { syncTenantStatus, provision, licenses, users, webApi, locks, log, now } = deps;

  return async (tenant) => {
    if (!(await syncTenantStatus(tenant, 'schedule'))) return;
    await provision.provisionIfNeeded(tenant);
    const parts = {
      licenses: () => licenses.refreshIfOlderThan(tenant, null, now()),
      users: () => locks(`users ${tenant.tenantId}`, () => compareUsers(tenant)),
    };
    const failures: PartialFailure[] = [];
    for (const part of ['licenses', 'users'] as const) {
      await parts[part]().catch((error: unknown) => failures.push(new PartialFailure(part, error)));
    }
    const [first, second] = failures;
    if (first !== undefined) throw second === undefined ? first : first.cause;
  };

  /** Refreshes the licenses of users whose plan changed and deletes those of users who left. */
  async function compareUsers(tenant: Tenant): Promise<void> {
    const { tenantId } = tenant;
    const readAt = now();
    const list = await listUsers(tenant);
    if (list === null) return;
    const before = await users.listByTenant(tenantId);
    const left = await findUsersWhoLeft(tenant, before, list);
    const listed = toIds(list.users);
    const unconfirmed = before.filter(
      ({ associateId }) => !listed.has(associateId) && !left.has(associateId),
    );
    const current = [...list.users, ...unconfirmed];
    const changes = diffUserPlans(before, current);
    await users.replace(tenantId, current, changes, readAt);
    for (const associateId of left) await licenses.removeUser(tenant, associateId);
    for (const { associateId } of changes) {
      if (!left.has(associateId)) await licenses.refreshIfOlderThan(tenant, associateId, readAt);
    }
  }

  /**
   * The stored users who are missing from two lists in succession. One list may lack a user whose row moved to another
   * page while it was read, or whose row is unreadable.
   */
  async function findUsersWhoLeft(
    tenant: Tenant,
    before: readonly { readonly associateId: number }[],
    list: UserList,
  ): Promise<ReadonlySet<number>> {
    const missing = exclude(toIds(before), list.users);
    if (missing.size === 0 || list.unreadable > 0) return new Set();
    const again = await listUsers(tenant);
    return again === null || again.unreadable > 0 ? new Set() : exclude(missing, again.users);
  }

  /** @returns null if the app may not list users in the tenant */
  async function listUsers(tenant: Tenant): Promise<UserList | null> {
    try {
      const list = await readUsers(webApi.asSystemUser(tenant));
      const { unreadable } = list;
      if (unreadable > 0) log.warn({ tenantId: tenant.tenantId, unreadable }, 'users without an id skipped');
      return list;
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}

function toIds(users: readonly { readonly associateId: number }[]): Set<number> {
  return new Set(users.map(({ associateId }) => associateId));
}

/** The ids without those of `users`. */
function exclude(
  ids: ReadonlySet<number>,
  users: readonly { readonly associateId: number }[],
): ReadonlySet<number> {
  const excluded = toIds(users);
  return new Set([...ids].filter((id) => !excluded.has(id)));
}
