import { type Kysely, sql } from 'kysely';

/** Deletes the jobs of a tenant, except one that is being processed: pg-boss deletes it an hour later. */
export async function deleteJobsOfTenant<T>(db: Kysely<T>, tenantId: string): Promise<void> {
  await sql`delete from pgboss.job where data->>'tenantId' = ${tenantId} and state <> 'active'`.execute(db);
}
