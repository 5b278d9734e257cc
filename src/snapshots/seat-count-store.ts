import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { TenantLicenses } from '../licensing/licenses/license-data.ts';
import type { SeatNumbers } from '../licensing/plans/seat-numbers.ts';
import type { Snapshot } from './snapshot-store.ts';

/** The seats of each plan of a tenant, day by day. */
export interface SeatCountStore {
  /** Records the seats of license data for the day on which they were read, in place of an earlier read of that day. */
  record(tenantId: string, licenses: Snapshot<TenantLicenses>): Promise<void>;
}

/** @param deps.count the seats of each plan of a tenant */
export function createSeatCountStore({
  db,
  count,
}: {
  db: Database;
  count: (licenses: TenantLicenses) => readonly SeatNumbers[];
}): SeatCountStore {
  return {
    async record(tenantId, { content, readAt }) {
      const day = new Date(readAt).toISOString().slice(0, 10);
      const seats = JSON.stringify(count(content));
      await db.transaction().execute(async (transaction) => {
        await sql`delete from seat_counts where context_identifier = ${tenantId} and day = ${day}`.execute(
          transaction,
        );
        // Nothing for a tenant that was removed meanwhile.
        await sql`
          insert into seat_counts (context_identifier, day, module, purchased, in_use)
          select context_identifier, ${day}, seats.module, seats.purchased, seats."inUse"
          from tenants, jsonb_to_recordset(${seats}::jsonb)
            as seats(module text, purchased integer, "inUse" integer)
          where context_identifier = ${tenantId}`.execute(transaction);
      });
    },
  };
}
