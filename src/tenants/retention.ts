import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

const day = 24 * 60 * 60_000;
/** What tenants keep of their history, ms. */
const historyMs = 400 * day;
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
      sql`delete from access_requests where coalesce(resolved_at, requested_at) < ${before(historyMs)}`,
      sql`delete from license_changes where detected_at < ${before(historyMs)}`,
      sql`delete from license_snapshots where associate_id <> 0 and read_at < ${before(unusedMs)}`,
      sql`delete from tenant_users using tenants
        where tenants.context_identifier = tenant_users.context_identifier
          and users_read_at < ${before(unusedMs)}`,
      sql`delete from user_pins using tenants
        where tenants.context_identifier = user_pins.context_identifier
          and users_read_at < ${before(unusedMs)}`,
      sql`delete from tickets where exchanged_at < ${before(ticketMs)}`,
      sql`delete from consumed_nonces where expires_at < ${before(0)}`,
      sql`delete from session_exchange_codes where expires_at < ${before(0)}`,
    ];
    for (const statement of statements) await statement.execute(db);
  };
}
