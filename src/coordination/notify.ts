import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** Notifies all processes that listen to a channel; in a transaction, when it commits. One notification per payload. */
export async function notify(db: Database, channel: string, ...payloads: readonly string[]): Promise<void> {
  await sql`select pg_notify(${channel}, payload) from unnest(${payloads}::text[]) as payload`.execute(db);
}
