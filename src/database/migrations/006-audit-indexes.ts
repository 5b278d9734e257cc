import { type Kysely, sql } from 'kysely';

/**
 * A tenant may have millions of entries, nearly all of them sign-ins: without these, what concerns one user, and what the
 * setup page lists, would be found by reading all.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createIndex('audit_log_by_user')
    .on('audit_log')
    .columns(['context_identifier', 'associate_id', 'id'])
    .execute();
  await sql`
    create index audit_log_activity on audit_log (context_identifier, id)
    where content ->> 'event' not in ('signed-in', 'refused')`.execute(db);
}
