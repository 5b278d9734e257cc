import { readTenantLicenses, readUserLicenses } from '../superoffice/api/licenses.ts';
import type { TenantApiClient } from '../superoffice/api/web-api.ts';
import { isConsentRevoked } from '../superoffice/auth/system-user.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import { isRefusal, SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { LicenseSource } from './license-snapshots.ts';

/** Reads licenses as the system user, until a tenant approves us no more: then nothing more is tried there. */
export function createLicenseSource({ webApi }: SuperOffice, tenants: TenantStore): LicenseSource {
  async function reading<T>(
    tenant: Tenant,
    read: (apiClient: TenantApiClient) => Promise<T>,
  ): Promise<T | null> {
    if (tenant.status === 'revoked') throw new SuperOfficeError('system-user-refused', 'license data');
    try {
      return await unlessRefused(read(webApi.asSystemUser(tenant)));
    } catch (error) {
      if (isConsentRevoked(error)) await tenants.saveStatus(tenant.tenantId, 'revoked');
      throw error;
    }
  }

  return {
    tenantLicenses: (tenant) => reading(tenant, readTenantLicenses),
    userLicenses: (tenant, associateId) =>
      reading(tenant, (apiClient) => readUserLicenses(apiClient, associateId)),
  };
}

/**
 * Whether a partner app may read licenses is not documented: a refusal is no answer
 * (docs/superoffice/licenses.md#3-endpoints).
 */
async function unlessRefused<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
