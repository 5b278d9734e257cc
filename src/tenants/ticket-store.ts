import { type Selectable, sql } from 'kysely';
import type { WithLock } from '../coordination/keyed-mutex.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TicketRow } from '../database/database.ts';

/** A system user ticket. */
interface StoredTicket {
  readonly ticket: string;
  /** Ms since 1970. */
  readonly exchangedAt: number;
}

/**
 * The system user ticket of each tenant, encrypted and shared by all processes. Has the shape of `TicketStore` in
 * `superoffice/auth/tickets.ts`, which this folder may not import.
 */
export interface TicketStore {
  /** @returns null if there is no ticket that can be decrypted */
  find(tenantId: string): Promise<StoredTicket | null>;
  /** Replaces the ticket of an installed tenant, unless a newer one is stored. */
  save(tenantId: string, ticket: StoredTicket): Promise<void>;
  /** Runs `work` while no other process exchanges a ticket for the tenant. */
  withLock<T>(tenantId: string, work: () => Promise<T>): Promise<T>;
}

export function createTicketStore(deps: { db: Database; secrets: SecretBox; locks: WithLock }): TicketStore {
  const { db, secrets, locks } = deps;

  /** A ticket that cannot be decrypted, as its key was removed or its row changed, is replaced by a new one. */
  function decryptTicket(row: Selectable<TicketRow>): StoredTicket | null {
    try {
      const ticket = secrets.decrypt(row.ticket_encrypted, ticketAssociatedData(row.context_identifier));
      return { ticket, exchangedAt: row.exchanged_at.getTime() };
    } catch {
      return null;
    }
  }

  return {
    async find(tenantId) {
      const row = await db
        .selectFrom('tickets')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .executeTakeFirst();
      return row === undefined ? null : decryptTicket(row);
    },

    async save(tenantId, { ticket, exchangedAt }) {
      const encrypted = secrets.encrypt(ticket, ticketAssociatedData(tenantId));
      await sql`
        insert into tickets (context_identifier, ticket_encrypted, exchanged_at)
        select context_identifier, ${encrypted}, ${new Date(exchangedAt)}
        from tenants where context_identifier = ${tenantId}
        on conflict (context_identifier) do update
          set ticket_encrypted = excluded.ticket_encrypted, exchanged_at = excluded.exchanged_at
          where tickets.exchanged_at <= excluded.exchanged_at or tickets.exchanged_at > now()`.execute(db);
    },

    withLock: (tenantId, work) => locks(`ticket ${tenantId}`, work),
  };
}

function ticketAssociatedData(tenantId: string): string {
  return `${tenantId}/ticket`;
}
