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
  /** Exchanges a ticket whatever there is, for a token that is not proven yet. Rejects like `ticketOf`. */
  prove(tenant: SystemUserTenant): Promise<void>;
  /** Forgets what this process remembers. */
  forget(ctx: string): void;
}

/** A ticket, and when it was exchanged (ms since 1970). */
export interface HeldTicket {
  readonly ticket: string;
  readonly exchangedAt: number;
}

/** Where the processes of one app keep tickets for each other. */
export interface SharedTickets {
  find(ctx: string): Promise<HeldTicket | null>;
  /** Keeps a ticket of an installed tenant; of another, nothing. */
  save(ctx: string, held: HeldTicket): Promise<void>;
  /** Runs `work` while no process runs such for the same tenant. */
  exclusively<T>(ctx: string, work: () => Promise<T>): Promise<T>;
}

export interface TicketsDeps {
  readonly exchange: SystemUser['exchange'];
  readonly shared: SharedTickets;
  readonly now: () => number;
}

/** SuperOffice keeps a ticket for six hours after its last use (auth.md 5.5). */
const TICKET_LIFE_MS = 6 * 60 * 60 * 1000;
/** A guess: no document says how soon a ticket may end before its time (each exchange writes a row, auth.md 5.5). */
export const TICKET_YOUNG_MS = 5 * 60 * 1000;
const MOST_TENANTS = 10_000;

/**
 * The system user tickets, one per tenant: in memory, sliding with use, and shared by all processes; at most one exchange
 * is in flight per tenant.
 */
export function createTickets({ exchange, shared, now }: TicketsDeps): Tickets {
  const cache = new LRUCache<string, HeldTicket, { tenant: SystemUserTenant; stale: string | null }>({
    max: MOST_TENANTS,
    ttl: TICKET_LIFE_MS,
    ttlResolution: 0,
    perf: { now },
    updateAgeOnGet: true,
    // Forgetting a tenant must not fail those who already wait for its ticket.
    ignoreFetchAbort: true,
    fetchMethod: async (ctx, _old, { context: { tenant, stale } }) => {
      return (
        (await kept(ctx, stale)) ??
        shared.exclusively(ctx, async () => (await kept(ctx, stale)) ?? anew(tenant))
      );
    },
  });

  /** What some process exchanged, unless it may have run out. */
  async function kept(ctx: string, stale: string | null): Promise<HeldTicket | null> {
    const held = await shared.find(ctx);
    if (held === null) return null;
    const age = now() - held.exchangedAt;
    return age < (held.ticket === stale ? TICKET_YOUNG_MS : TICKET_LIFE_MS) ? held : null;
  }

  async function anew({ ctx, serial, systemToken }: SystemUserTenant): Promise<HeldTicket> {
    const ticket = await exchange({ ctx, serial, systemToken: systemToken() });
    const held = { ticket, exchangedAt: now() };
    await shared.save(ctx, held);
    return held;
  }

  async function ticketOf(tenant: SystemUserTenant, stale: string | null = null): Promise<string> {
    return (await cache.forceFetch(tenant.ctx, { context: { tenant, stale } })).ticket;
  }

  return {
    ticketOf: (tenant) => ticketOf(tenant),
    renew(tenant, stale) {
      const held = cache.peek(tenant.ctx);
      const ranOut = held?.ticket === stale && now() - held.exchangedAt >= TICKET_YOUNG_MS;
      if (ranOut) cache.delete(tenant.ctx);
      return ticketOf(tenant, stale);
    },
    async prove(tenant) {
      cache.set(tenant.ctx, await shared.exclusively(tenant.ctx, () => anew(tenant)));
    },
    forget: (ctx) => {
      cache.delete(ctx);
    },
  };
}
