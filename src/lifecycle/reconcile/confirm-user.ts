import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { CompareUsers } from './compare-users.ts';

/** Who signed in, and when, ms since 1970. */
export interface SignedInUser {
  readonly tenantId: string;
  readonly associateId: number;
  readonly signedInAt: number;
}

/**
 * Whether SuperOffice has confirmed within the last ten minutes that a user is active: by their sign-in, or by a list of
 * the tenant's users. Reads the list if the last one is older. While SuperOffice does not answer, the last confirmation
 * counts.
 */
export interface UserConfirmation {
  confirm(user: SignedInUser): Promise<boolean>;
  /** Whether memory confirms it, without asking the database or SuperOffice. */
  isConfirmed(user: SignedInUser): boolean;
}

/** A user who left loses the panel within this time even if no webhook reported it, ms. */
const confirmedForMs = 10 * 60_000;
/** After a failed read the list is not read again for this time, ms: users are waiting. */
const retryAfterMs = 60_000;
const maxEntries = 10_000;

/** @param deps.now the current time, ms since 1970 */
export function createUserConfirmation(deps: {
  tenants: TenantStore;
  users: UserStore;
  compareUsers: CompareUsers;
  now: () => number;
}): UserConfirmation {
  const { tenants, users, compareUsers, now } = deps;
  const settings = { ...atMost(maxEntries), perf: { now }, ttlResolution: 0 };
  /** Until when a user is confirmed, by `Cust12345/5`. */
  const confirmedUntil = new LRUCache<string, number>(settings);
  const unreachable = new LRUCache<string, true>({ ...settings, ttl: retryAfterMs });

  function isConfirmed({ tenantId, associateId, signedInAt }: SignedInUser): boolean {
    const until = confirmedUntil.get(`${tenantId}/${associateId}`) ?? 0;
    return now() < Math.max(signedInAt + confirmedForMs, until) || unreachable.has(tenantId);
  }

  async function confirm(user: SignedInUser): Promise<boolean> {
    if (isConfirmed(user)) return true;
    const { tenantId, associateId } = user;
    const key = `${tenantId}/${associateId}`;
    const tenant = await tenants.findCached(tenantId);
    if (tenant?.status !== 'active') return false;
    const isListed = async () => {
      const listed = await users.findListed(tenantId, associateId);
      const until = (listed?.readAt ?? 0) + confirmedForMs;
      confirmedUntil.set(key, until);
      return now() < until;
    };
    // The stored list first, as it needs no lock.
    if (await isListed()) return true;
    try {
      await compareUsers(tenant, now() - confirmedForMs);
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      unreachable.set(tenantId, true);
      return true;
    }
    return isListed();
  }

  return { confirm, isConfirmed };
}
