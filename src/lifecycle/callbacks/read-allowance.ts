import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';

/** Whether the licenses of a user of a tenant may be read because of an event. Asking counts as reading. */
export type MayReadUser = (tenantId: string) => boolean;

/** How long reads are counted, ms. */
const windowMs = 10_000;
/**
 * A twentieth of the calls to a tenant that SuperOffice allows in this time: its people open panels meanwhile, and other
 * processes have an allowance of their own.
 */
const maxReads = 5;
const maxTenants = 10_000;

/**
 * Allows this process to read the licenses of five users of a tenant within ten seconds.
 * @param deps.now the current time, ms since 1970
 */
export function createReadAllowance(deps: { now: () => number }): MayReadUser {
  const readsByTenant = new LRUCache<string, number>({
    ...atMost(maxTenants),
    ttl: windowMs,
    ttlResolution: 0,
    // The window begins with the first read.
    noUpdateTTL: true,
    perf: { now: deps.now },
  });

  return (tenantId) => {
    const reads = readsByTenant.get(tenantId) ?? 0;
    if (reads >= maxReads) return false;
    readsByTenant.set(tenantId, reads + 1);
    return true;
  };
}
