import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { deleteExpired } from './delete-expired.ts';
import { deleteOldest } from './delete-oldest.ts';

const day = 24 * 60 * 60_000;
/** What tenants keep of their history, ms. */
const historyMs = 400 * day;
/** How long the numbers of seats and the former plans of users are kept, ms: two years of a contract can be compared. */
const seatHistoryMs = 800 * day;
/** Data about users that nobody reads any more, or that no list of users confirms, ms. */
const unusedMs = 30 * day;
/** A ticket expires six hours after its last use (docs/superoffice/auth.md#55-jwt-and-ticket). */
const ticketMs = 6 * 60 * 60_000;

/** Deletes the rows that have reached the end of their retention (docs/privacy.md#retention). Idempotent. */
export type PurgeExpired = () => Promise<void>;

/** @param deps.now the current time, ms since 1970 */
export function createPurgeExpired({ db, now }: { db: Database; now: () => number }): PurgeExpired {
  return async () => {
    const before = (ms: number) => new Date(now() - ms);
    const statements = [
      ...['tenant_users', 'user_plan_periods', 'user_pins', 'user_marks'].map(
        (table) => sql`delete from ${sql.table(table)} as about using tenants
          where tenants.context_identifier = about.context_identifier
            and users_read_at < ${before(unusedMs)}`,
      ),
      sql`delete from user_plan_periods where ended_at < ${before(seatHistoryMs)}`,
      sql`delete from user_marks where until < ${before(0).toISOString().slice(0, 10)}`,
      sql`delete from seat_counts where day < ${before(seatHistoryMs).toISOString().slice(0, 10)}`,
      sql`delete from api_keys where least(revoked_at, expires_at) < ${before(historyMs)}`,
      sql`delete from tickets where exchanged_at < ${before(ticketMs)}`,
      sql`delete from consumed_nonces where expires_at < ${before(0)}`,
      sql`delete from session_exchange_codes where expires_at < ${before(0)}`,
    ];
    await deleteOldest(db, 'license_changes', sql`detected_at < ${before(historyMs)}`);
    await deleteExpired(
      db,
      'access_requests',
      sql`coalesce(resolved_at, requested_at) < ${before(historyMs)}`,
    );
    await deleteExpired(db, 'license_snapshots', sql`associate_id <> 0 and read_at < ${before(unusedMs)}`);
    for (const statement of statements) await statement.execute(db);
  };
}
