import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import { readUserLogins } from '../../superoffice/api/user-logins.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { isCallRefused, SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';

/**
 * Reads when the listed users of a tenant last logged in, and who waits for approval. It is optional: a refusal means that
 * SuperOffice does not report it, and any other failure keeps what was reported before.
 */
export type RecordLogins = (tenant: Tenant) => Promise<void>;

/** How long a refused call is not tried again, ms. */
const refusalMemoryMs = 24 * 60 * 60_000;
const maxRefusals = 10_000;

/** @param deps.now the current time, ms since 1970 */
export function createRecordLogins(deps: {
  users: Pick<UserStore, 'highestId' | 'saveLogins'>;
  webApi: WebApi;
  now: () => number;
}): RecordLogins {
  const { users, webApi } = deps;
  const refusals = new LRUCache<string, true>({
    ...atMost(maxRefusals),
    ttl: refusalMemoryMs,
    ttlResolution: 0,
    perf: { now: deps.now },
  });

  return async (tenant) => {
    const { tenantId } = tenant;
    if (refusals.has(tenantId)) return;
    const lastId = await users.highestId(tenantId);
    // The app may not list the users.
    if (lastId === 0) return;
    try {
      const readAt = deps.now();
      await users.saveLogins(tenantId, await readUserLogins(webApi.asSystemUser(tenant), lastId), readAt);
    } catch (error) {
      if (!(error instanceof SuperOfficeError)) throw error;
      // An error of the server may be an outage.
      if (!isCallRefused(error) || error.code === 'server-error') return;
      refusals.set(tenantId, true);
      await users.saveLogins(tenantId, null, deps.now());
    }
  };
}
