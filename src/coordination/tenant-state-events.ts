import type { Database } from '../database/database.ts';
import { notify } from './notify.ts';

/** NOTIFY channel: a process read the state of a tenant again, so that every cached one is outdated. Payload: tenant ID. */
export const tenantStateChannel = 'planlens_tenant_states';

/** Notifies all processes that the state of a tenant was read again. */
export async function publishTenantStateRead(db: Database, tenantId: string): Promise<void> {
  await notify(db, tenantStateChannel, tenantId);
}
