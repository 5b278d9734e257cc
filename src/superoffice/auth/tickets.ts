import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';
import type { SystemUserClient } from './system-user.ts';

/** A tenant and how to get its system user token, which is decrypted only for an exchange. */
export interface SystemUserTenant {
  readonly tenantId: string;
  readonly serial: string;
  readonly systemToken: () => string;
}

/** A cache of system user tickets. */
export interface TicketCache {
  /** The tenant's ticket, exchanged if none is cached. Rejects with the SuperOfficeError of the exchange. */
  getTicket(tenant: SystemUserTenant): Promise<string>;
  /**
   * A replacement for `stale`, a ticket that SuperOffice refused; concurrent callers share one exchange. Returns
   * `stale` itself if it is a new replacement: the refusal concerns the call then, and every exchange adds a row to the
   * customer's database (docs/superoffice/auth.md#55-jwt-and-ticket).
   */
  refresh(tenant: SystemUserTenant, stale: string): Promise<string>;
  /**
   * Exchanges a new ticket even if one is cached, to verify a new system user token. Rejects like
   * `getTicket`.
   */
  verifySystemUser(tenant: SystemUserTenant): Promise<void>;
  /** Removes the tenant's ticket from the cache of this process. */
  invalidate(tenantId: string): void;
  invalidateAll(): void;
}

/** A ticket and the time of its exchange, in ms since 1970. */
export interface StoredTicket {
  readonly ticket: string;
  readonly exchangedAt: number;
}

interface CachedTicket extends StoredTicket {
  /** Whether the ticket before was refused. */
  readonly isReplacement: boolean;
}

/** Storage for tickets, shared by all processes of one app. */
export interface TicketStore {
  find(tenantId: string): Promise<StoredTicket | null>;
  /** Stores the ticket if the tenant is installed; otherwise does nothing. */
  save(tenantId: string, ticket: StoredTicket): Promise<void>;
  /** Runs `work` while holding the tenant's ticket lock, which excludes all other processes. */
  withLock<T>(tenantId: string, work: () => Promise<T>): Promise<T>;
}

/** A ticket expires six hours after its last use (docs/superoffice/auth.md#55-jwt-and-ticket). */
const ticketTtlMs = 6 * 60 * 60 * 1000;
/** How long a replacement is new, ms: longer than the reads of one page that are refused one after another. */
export const newReplacementMs = 30_000;
const maxTenants = 10_000;

/**
 * Caches one ticket per tenant: in memory with a sliding expiry, then in the store. At most one
 * exchange per tenant is in flight across all processes.
 */
export function createTickets(deps: {
  readonly exchange: SystemUserClient['exchange'];
  readonly store: TicketStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): TicketCache {
  const { exchange, store, now } = deps;
  const cache = new LRUCache<string, CachedTicket, { tenant: SystemUserTenant; stale: string | null }>({
    ...atMost(maxTenants),
    ttl: ticketTtlMs,
    ttlResolution: 0,
    perf: { now },
    updateAgeOnGet: true,
    // Invalidating a tenant must not fail the callers that already wait for its ticket.
    ignoreFetchAbort: true,
    fetchMethod: async (tenantId, _old, { context: { tenant, stale } }) => {
      const ticket = (await findUsable(tenantId, stale)) ?? (await exchangeOnce(tenant, stale));
      return { ...ticket, isReplacement: stale !== null };
    },
  });

  /** The stored ticket, null if it was refused or may have expired. */
  async function findUsable(tenantId: string, stale: string | null): Promise<StoredTicket | null> {
    const stored = await store.find(tenantId);
    if (stored === null || stored.ticket === stale) return null;
    return now() - stored.exchangedAt < ticketTtlMs ? stored : null;
  }

  /**
   * The ticket of another process, or a new one, which callers use while it is stored. If it cannot be stored, other
   * processes exchange their own.
   */
  function exchangeOnce(tenant: SystemUserTenant, stale: string | null): Promise<StoredTicket> {
    const { tenantId } = tenant;
    return new Promise((resolve, reject) => {
      const work = async () => {
        const usable = await findUsable(tenantId, stale);
        const ticket = usable ?? (await exchangeTicket(tenant));
        resolve(ticket);
        if (usable === null) await store.save(tenantId, ticket);
      };
      // After the ticket is known, this has no effect.
      store.withLock(tenantId, work).catch(reject);
    });
  }

  async function exchangeTicket({ tenantId, serial, systemToken }: SystemUserTenant): Promise<StoredTicket> {
    const ticket = await exchange({ tenantId, serial, systemToken: systemToken() });
    return { ticket, exchangedAt: now() };
  }

  async function getTicket(tenant: SystemUserTenant, stale: string | null = null): Promise<string> {
    return (await cache.forceFetch(tenant.tenantId, { context: { tenant, stale } })).ticket;
  }

  return {
    getTicket: (tenant) => getTicket(tenant),
    async refresh(tenant, stale) {
      const cached = cache.peek(tenant.tenantId);
      if (cached?.ticket === stale) {
        if (cached.isReplacement && now() - cached.exchangedAt < newReplacementMs) return stale;
        cache.delete(tenant.tenantId);
      }
      return getTicket(tenant, stale);
    },
    async verifySystemUser(tenant) {
      const { tenantId } = tenant;
      const verified = await store.withLock(tenantId, async () => {
        const ticket = await exchangeTicket(tenant);
        await store.save(tenantId, ticket);
        return ticket;
      });
      cache.set(tenantId, { ...verified, isReplacement: false });
    },
    invalidate: (tenantId) => {
      cache.delete(tenantId);
    },
    invalidateAll: () => cache.clear(),
  };
}
