import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { atMost } from '../cache-size.ts';
import type { ReportedLimits, ReportedUse } from '../licensing/licenses/license-data.ts';
import { type LimitCall, limitCalls, readLimitUse } from '../superoffice/api/suite-limits.ts';
import type { TenantApiClient } from '../superoffice/api/web-api.ts';
import { isRefusal, SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';

/** Reads the use of the limits of a tenant with CRM Suite. Each limit is optional: a failed call reports none. */
export type ReadSuiteLimits = (tenantId: string, apiClient: TenantApiClient) => Promise<ReportedLimits>;

/** How long license data waits for its limits, ms: from here on SuperOffice itself calls them slow. */
export const limitPatienceMs = 5_000;
/** How long a refused call is not tried again, ms: it may cost the exchange of a ticket. */
const refusalMemoryMs = 60 * 60_000;
const maxRefusals = 10_000;

/** @param deps.now the current time, ms since 1970. @param deps.patienceMs how long to wait for a call */
export function createReadSuiteLimits(deps: { now: () => number; patienceMs: number }): ReadSuiteLimits {
  const refusals = new LRUCache<string, true>({
    ...atMost(maxRefusals),
    ttl: refusalMemoryMs,
    ttlResolution: 0,
    perf: { now: deps.now },
  });

  async function read(tenantId: string, apiClient: TenantApiClient, call: LimitCall) {
    const key = `${tenantId} ${call}`;
    if (refusals.has(key)) return null;
    try {
      return await readLimitUse(apiClient, call);
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      if (isRefusal(error)) refusals.set(key, true);
      return null;
    }
  }

  return async (tenantId, apiClient) => {
    const overdue = sleep(deps.patienceMs, null, { ref: false });
    const uses = await Promise.all(
      limitCalls.map(async (call): Promise<[LimitCall, ReportedUse | null]> => {
        return [call, await Promise.race([read(tenantId, apiClient, call), overdue])];
      }),
    );
    return Object.fromEntries(uses) as Record<LimitCall, ReportedUse | null>;
  };
}
