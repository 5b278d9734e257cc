import { LRUCache } from 'lru-cache';
import type { SystemUser } from './system-user.ts';

/** A tenant whose system user we may become; the token is decrypted only when an exchange is due. */
export interface SystemUserTenant {
  readonly tenantId: string;
  readonly serial: string;
  readonly systemToken: () => string;
}

export interface Tickets {
  /** The tenant's ticket, exchanging one if there is none. Rejects with the exchange's SuperOfficeError. */
  getTicket(tenant: SystemUserTenant): Promise<string>;
  /**
   * Another ticket than `stale`, which SuperOffice refused; one exchange however many ask. `stale` itself if it is
   * too young to have run out: then the refusal is about the call, and each exchange costs the customer a row.
   */
  refresh(tenant: SystemUserTenant, stale: string): Promise<string>;
  /** Exchanges a ticket whatever there is, for a token that is not proven yet. Rejects like `ticketOf`. */
  verifySystemUser(tenant: SystemUserTenant): Promise<void>;
  /** Forgets what this process remembers. */
  invalidate(tenantId: string): void;
}

/** A ticket, and when it was exchanged (ms since 1970). */
export interface StoredTicket {
  readonly ticket: string;
  readonly exchangedAt: number;
}

/** Where the processes of one app keep tickets for each other. */
export interface TicketStore {
  find(tenantId: string): Promise<StoredTicket | null>;
  /** Keeps a ticket of an installed tenant; of another, nothing. */
  save(tenantId: string, held: StoredTicket): Promise<void>;
  /** Runs `work` while no process runs such for the same tenant. */
  withLock<T>(tenantId: string, work: () => Promise<T>): Promise<T>;
}

export interface TicketsDeps {
  readonly exchange: SystemUser['exchange'];
  readonly shared: TicketStore;
  readonly now: () => number;
}

/**
 * SuperOffice keeps a ticket for six hours after its last use (docs/superoffice/auth.md#55-jwt-and-ticket).
 */
const TICKET_LIFE_MS = 6 * 60 * 60 * 1000;
/**
 * A guess: no document says how soon a ticket may end before its time (each exchange writes a row,
 * docs/superoffice/auth.md#55-jwt-and-ticket).
 */
export const TICKET_YOUNG_MS = 5 * 60 * 1000;
const MOST_TENANTS = 10_000;

/**
 * The system user tickets, one per tenant: in memory, sliding with use, and shared by all processes; at most one exchange
 * is in flight per tenant.
 */
export function createTickets({ exchange, shared, now }: TicketsDeps): Tickets {
  const cache = new LRUCache<string, StoredTicket, { tenant: SystemUserTenant; stale: string | null }>({
    max: MOST_TENANTS,
    ttl: TICKET_LIFE_MS,
    ttlResolution: 0,
    perf: { now },
    updateAgeOnGet: true,
    // Forgetting a tenant must not fail those who already wait for its ticket.
    ignoreFetchAbort: true,
    fetchMethod: async (tenantId, _old, { context: { tenant, stale } }) => {
      return (
        (await kept(tenantId, stale)) ??
        shared.withLock(tenantId, async () => (await kept(tenantId, stale)) ?? anew(tenant))
      );
    },
  });

  /** What some process exchanged, unless it may have run out. */
  async function kept(tenantId: string, stale: string | null): Promise<StoredTicket | null> {
    const held = await shared.find(tenantId);
    if (held === null) return null;
    const age = now() - held.exchangedAt;
    return age < (held.ticket === stale ? TICKET_YOUNG_MS : TICKET_LIFE_MS) ? held : null;
  }

  async function anew({ tenantId, serial, systemToken }: SystemUserTenant): Promise<StoredTicket> {
    const ticket = await exchange({ tenantId, serial, systemToken: systemToken() });
    const held = { ticket, exchangedAt: now() };
    await shared.save(tenantId, held);
    return held;
  }

  async function ticketOf(tenant: SystemUserTenant, stale: string | null = null): Promise<string> {
    return (await cache.forceFetch(tenant.tenantId, { context: { tenant, stale } })).ticket;
  }

  return {
    getTicket: (tenant) => ticketOf(tenant),
    refresh(tenant, stale) {
      const held = cache.peek(tenant.tenantId);
      const ranOut = held?.ticket === stale && now() - held.exchangedAt >= TICKET_YOUNG_MS;
      if (ranOut) cache.delete(tenant.tenantId);
      return ticketOf(tenant, stale);
    },
    async verifySystemUser(tenant) {
      cache.set(tenant.tenantId, await shared.withLock(tenant.tenantId, () => anew(tenant)));
    },
    invalidate: (tenantId) => {
      cache.delete(tenantId);
    },
  };
}
