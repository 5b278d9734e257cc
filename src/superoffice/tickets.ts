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
  /**
   * Another ticket than `stale`, which SuperOffice refused; one exchange however many ask. `stale` itself if it is
   * too young to have run out: then the refusal is about the call, and each exchange costs the customer a row.
   */
  renew(tenant: SystemUserTenant, stale: string): Promise<string>;
  forget(ctx: string): void;
}

export interface TicketsDeps {
  readonly exchange: SystemUser['exchange'];
  readonly now: () => number;
}

interface Held {
  readonly ticket: string;
  readonly exchangedAt: number;
}

/** SuperOffice keeps a ticket for six hours after its last use (auth.md 5.5). */
const TICKET_LIFE_MS = 6 * 60 * 60 * 1000;
/** A guess: no document says how soon a ticket may end before its time (each exchange writes a row, auth.md 5.5). */
export const TICKET_YOUNG_MS = 5 * 60 * 1000;
const MOST_TENANTS = 10_000;

/** The system user tickets in memory, one per tenant, sliding with use; at most one exchange in flight per tenant. */
export function createTickets({ exchange, now }: TicketsDeps): Tickets {
  const cache = new LRUCache<string, Held, SystemUserTenant>({
    max: MOST_TENANTS,
    ttl: TICKET_LIFE_MS,
    ttlResolution: 0,
    perf: { now },
    updateAgeOnGet: true,
    // Forgetting a tenant must not fail those who already wait for its ticket.
    ignoreFetchAbort: true,
    fetchMethod: async (ctx, _stale, { context }) => {
      const ticket = await exchange({ ctx, serial: context.serial, systemToken: context.systemToken() });
      return { ticket, exchangedAt: now() };
    },
  });

  async function ticketOf(tenant: SystemUserTenant): Promise<string> {
    return (await cache.forceFetch(tenant.ctx, { context: tenant })).ticket;
  }

  return {
    ticketOf,
    renew(tenant, stale) {
      const held = cache.peek(tenant.ctx);
      const ranOut = held?.ticket === stale && now() - held.exchangedAt >= TICKET_YOUNG_MS;
      if (ranOut) cache.delete(tenant.ctx);
      return ticketOf(tenant);
    },
    forget: (ctx) => {
      cache.delete(ctx);
    },
  };
}
