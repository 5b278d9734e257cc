import type { Tenant } from '../../src/tenants/tenant.ts';
import type { TenantStore } from '../../src/tenants/tenant-store.ts';

/** The tenant with this ID. @throws if it is not installed */
export async function getTenant(tenants: Pick<TenantStore, 'find'>, tenantId: string): Promise<Tenant> {
  const tenant = await tenants.find(tenantId);
  if (tenant === null) throw new Error(`${tenantId} is not installed`);
  return tenant;
}
