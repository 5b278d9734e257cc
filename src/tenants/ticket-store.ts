import { type Selectable, sql } from 'kysely';
import type { InTurn } from '../coordination/keyed-mutex.ts';
import type { SecretBox } from '../crypto/secret-box.ts';
import type { Database, TicketRow } from '../database/database.ts';

/** A system user ticket, and when it was exchanged (ms since 1970). */
interface HeldTicket {
  readonly ticket: string;
  readonly exchangedAt: number;
}

/** System user tickets by tenant, encrypted: what one process exchanged the others use. */
export function createTicketStore(deps: { db: Database; secrets: SecretBox; locks: InTurn }) {
  const { db, secrets, locks } = deps;

  /** Sealed with a key that is gone, or altered, it is as good as none: another can be had. */
  function heldIn(row: Selectable<TicketRow>): HeldTicket | null {
    try {
      const ticket = secrets.open(row.ticket_sealed, placeOfTicket(row.context_identifier));
      return { ticket, exchangedAt: row.exchanged_at.getTime() };
    } catch {
      return null;
    }
  }

  return {
    async find(ctx: string): Promise<HeldTicket | null> {
      const row = await db
        .selectFrom('tickets')
        .selectAll()
        .where('context_identifier', '=', ctx)
        .executeTakeFirst();
      return row === undefined ? null : heldIn(row);
    },

    async save(ctx: string, { ticket, exchangedAt }: HeldTicket): Promise<void> {
      const sealed = secrets.seal(ticket, placeOfTicket(ctx));
      await sql`
        insert into tickets (context_identifier, ticket_sealed, exchanged_at)
        select context_identifier, ${sealed}, ${new Date(exchangedAt)}
        from tenants where context_identifier = ${ctx}
        on conflict (context_identifier) do update
          set ticket_sealed = excluded.ticket_sealed, exchanged_at = excluded.exchanged_at`.execute(db);
    },

    exclusively: <T>(ctx: string, work: () => Promise<T>) => locks(`ticket ${ctx}`, work),
  };
}

function placeOfTicket(ctx: string): string {
  return `${ctx}/ticket`;
}
