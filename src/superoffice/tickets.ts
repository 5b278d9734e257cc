import { LRUCache } from 'lru-cache';
import type { SystemUser } from './system-user.ts';

/** A tenant whose system user we may become; the token is decrypted only when an exchange is due. */
export interface SystemUserTenant {
  readonly ctx: string;
  readonly serial: string;
  readonly systemToken: () => string;
}

export interface Tickets {
  /** The tenant's ticket, exchanging one if there is none. Rejects with the exchange's SuperOfficeError. */
  ticketOf(tenant: SystemUserTenant): Promise<string>;
  /** A ticket other than `stale`, which SuperOffice refused; one exchange however many ask. */
  renew(tenant: SystemUserTenant, stale: string): Promise<string>;
  forget(ctx: string): void;
}

export interface TicketsDeps {
  readonly exchange: SystemUser['exchange'];
  readonly now: () => number;
}

/** SuperOffice keeps a ticket for six hours after its last use (auth.md 5.5). */
const TICKET_LIFE_MS = 6 * 60 * 60 * 1000;
const MOST_TENANTS = 10_000;

/** The system user tickets in memory, one per tenant, sliding with use; at most one exchange in flight per tenant. */
export function createTickets({ exchange, now }: TicketsDeps): Tickets {
  const cache = new LRUCache<string, string, SystemUserTenant>({
    max: MOST_TENANTS,
    ttl: TICKET_LIFE_MS,
    ttlResolution: 0,
    perf: { now },
    updateAgeOnGet: true,
    // Forgetting a tenant must not fail those who already wait for its ticket.
    ignoreFetchAbort: true,
    fetchMethod: (ctx, _stale, { context }) =>
      exchange({ ctx, serial: context.serial, systemToken: context.systemToken() }),
  });

  function ticketOf(tenant: SystemUserTenant): Promise<string> {
    return cache.forceFetch(tenant.ctx, { context: tenant });
  }

  return {
    ticketOf,
    renew(tenant, stale) {
      if (cache.peek(tenant.ctx) === stale) cache.delete(tenant.ctx);
      return ticketOf(tenant);
    },
    forget: (ctx) => {
      cache.delete(ctx);
    },
  };
}
