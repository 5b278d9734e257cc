import type { Database } from '../database/database.ts';

/** Locks the row of a tenant until the transaction ends. Others that lock it wait; reads and rows that refer to it do not. */
export async function lockTenant(transaction: Database, tenantId: string): Promise<void> {
  await transaction
    .selectFrom('tenants')
    .select('context_identifier')
    .where('context_identifier', '=', tenantId)
    .forNoKeyUpdate()
    .execute();
}
