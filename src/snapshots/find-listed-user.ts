import { setTimeout as sleep } from 'node:timers/promises';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { ListedUser, UserStore } from './user-store.ts';

/**
 * Finds an active user on the list of a tenant's users. If the stored list does not have the user, it is read again, once
 * for everybody who waits and at most once a minute. @returns null if it does not have the user, or does not arrive in time
 */
export type FindListedUser = (tenant: Tenant, associateId: number) => Promise<ListedUser | null>;

/** A list that is younger than this is not read again for a user who is not on it, ms. */
const newEnoughMs = 60_000;
/** How long a page waits for the list, ms. The read goes on. */
const patienceMs = 1_500;

/** @param deps.now the current time, ms since 1970 */
export function createFindListedUser(deps: {
  users: Pick<UserStore, 'findListed'>;
  /** Reads the list again unless it was read at or after `since`, ms since 1970. */
  compareUsers: (tenant: Tenant, since: number) => Promise<void>;
  now: () => number;
}): FindListedUser {
  const { users, compareUsers, now } = deps;
  const reads = new Map<string, Promise<void>>();

  /** A tenant whose list cannot be read has no users on it, which the page can show. */
  function readList(tenant: Tenant): Promise<void> {
    const reading = compareUsers(tenant, now() - newEnoughMs)
      .catch((error: unknown) => {
        if (!(error instanceof SuperOfficeError)) throw error;
      })
      .finally(() => reads.delete(tenant.tenantId));
    reads.set(tenant.tenantId, reading);
    return reading;
  }

  return async (tenant, associateId) => {
    const stored = await users.findListed(tenant.tenantId, associateId);
    if (stored !== null || tenant.status !== 'active') return stored;
    const reading = reads.get(tenant.tenantId) ?? readList(tenant);
    await Promise.race([reading, sleep(patienceMs, undefined, { ref: false })]);
    return users.findListed(tenant.tenantId, associateId);
  };
}
