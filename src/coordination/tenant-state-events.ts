import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** NOTIFY channel: a process read the state of a tenant again, so that every cached one is outdated. Payload: tenant ID. */
export const tenantStateChannel = 'planlens_tenant_states';

/** Notifies all processes that the state of a tenant was read again. */
export async function publishTenantStateRead(db: Database, tenantId: string): Promise<void> {
  await sql`select pg_notify(${tenantStateChannel}, ${tenantId})`.execute(db);
}
