import { type Selectable, sql } from 'kysely';
import type { WithLock } from '../coordination/keyed-mutex.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TicketRow } from '../database/database.ts';

/** A system user ticket, and when it was exchanged (ms since 1970). */
interface StoredTicket {
  readonly ticket: string;
  readonly exchangedAt: number;
}

/** System user tickets by tenant, encrypted: what one process exchanged the others use. */
export function createTicketStore(deps: { db: Database; secrets: SecretBox; locks: WithLock }) {
  const { db, secrets, locks } = deps;

  /** Sealed with a key that is gone, or altered, it is as good as none: another can be had. */
  function heldIn(row: Selectable<TicketRow>): StoredTicket | null {
    try {
      const ticket = secrets.decrypt(row.ticket_encrypted, ticketAssociatedData(row.context_identifier));
      return { ticket, exchangedAt: row.exchanged_at.getTime() };
    } catch {
      return null;
    }
  }

  return {
    async find(tenantId: string): Promise<StoredTicket | null> {
      const row = await db
        .selectFrom('tickets')
        .selectAll()
        .where('context_identifier', '=', tenantId)
        .executeTakeFirst();
      return row === undefined ? null : heldIn(row);
    },

    async save(tenantId: string, { ticket, exchangedAt }: StoredTicket): Promise<void> {
      const sealed = secrets.encrypt(ticket, ticketAssociatedData(tenantId));
      await sql`
        insert into tickets (context_identifier, ticket_encrypted, exchanged_at)
        select context_identifier, ${sealed}, ${new Date(exchangedAt)}
        from tenants where context_identifier = ${tenantId}
        on conflict (context_identifier) do update
          set ticket_encrypted = excluded.ticket_encrypted, exchanged_at = excluded.exchanged_at`.execute(db);
    },

    withLock: <T>(tenantId: string, work: () => Promise<T>) => locks(`ticket ${tenantId}`, work),
  };
}

function ticketAssociatedData(tenantId: string): string {
  return `${tenantId}/ticket`;
}
