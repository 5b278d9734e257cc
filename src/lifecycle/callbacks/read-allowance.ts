import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';

/** Whether the licenses of a user may be read because of an event. Asking counts as reading. */
export type MayReadUser = (tenantId: string, associateId: number) => boolean;

/** How long the users whose licenses were read are counted, ms. */
const windowMs = 10_000;
/** A fifth of the calls to a tenant that SuperOffice allows in this time: people open panels meanwhile. */
const maxUsers = 20;
const maxTenants = 10_000;

/**
 * Allows this process to read the licenses of 20 users of a tenant within ten seconds, each as often as they change.
 * @param deps.now the current time, ms since 1970
 */
export function createReadAllowance(deps: { now: () => number }): MayReadUser {
  const usersByTenant = new LRUCache<string, Set<number>>({
    ...atMost(maxTenants),
    ttl: windowMs,
    ttlResolution: 0,
    perf: { now: deps.now },
  });

  return (tenantId, associateId) => {
    const users = usersByTenant.get(tenantId) ?? new Set();
    if (users.size === 0) usersByTenant.set(tenantId, users);
    if (users.has(associateId)) return true;
    if (users.size >= maxUsers) return false;
    users.add(associateId);
    return true;
  };
}
