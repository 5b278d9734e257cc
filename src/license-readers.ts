import type { SuperOffice } from './superoffice/client.ts';
import { readTenantLicenses, readUserLicenses } from './superoffice/licenses.ts';
import { isRefusal, SuperOfficeError } from './superoffice/superoffice-error.ts';
import { isApprovalWithdrawn } from './superoffice/system-user.ts';
import type { Caller } from './superoffice/web-api.ts';
import type { LicenseReaders } from './tenants/license-snapshots.ts';
import type { Tenant, TenantStore } from './tenants/tenant-store.ts';

/** Reads licenses as the system user, until a tenant approves us no more: then nothing more is tried there. */
export function licenseReaders({ webApi }: SuperOffice, tenants: TenantStore): LicenseReaders {
  async function reading<T>(tenant: Tenant, read: (caller: Caller) => Promise<T>): Promise<T | null> {
    if (tenant.standing === 'revoked') throw new SuperOfficeError('system-user-refused', 'license data');
    try {
      return await unlessRefused(read(webApi.asSystemUser(tenant)));
    } catch (error) {
      if (isApprovalWithdrawn(error)) await tenants.saveStanding(tenant.ctx, 'revoked');
      throw error;
    }
  }

  return {
    tenantLicenses: (tenant) => reading(tenant, readTenantLicenses),
    userLicenses: (tenant, associateId) => reading(tenant, (caller) => readUserLicenses(caller, associateId)),
  };
}

/** Whether a partner app may read licenses is not documented: a refusal is no answer (licences.md section 3). */
async function unlessRefused<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
