import type { TenantLicenses } from '../licensing/licenses/license-data.ts';
import { readTenantLicenses, readUserLicenses } from '../superoffice/api/licenses.ts';
import type { CallTurn, TenantApiClient } from '../superoffice/api/web-api.ts';
import { isConsentRevoked } from '../superoffice/auth/system-user.ts';
import type { SuperOffice } from '../superoffice/client.ts';
import { isRefusal, SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { LicenseSource } from './license-snapshots.ts';
import type { ReadSuiteLimits } from './suite-limit-source.ts';

/**
 * Creates a source that reads as the system user. It saves the tenant status `revoked` when the tenant has revoked its
 * consent, and then rejects further reads with SuperOfficeError `system-user-refused` without a request. The licenses of a
 * tenant with CRM Suite come with the use of its limits.
 */
export function createLicenseSource(deps: {
  superOffice: Pick<SuperOffice, 'webApi'>;
  tenants: TenantStore;
  isSuite: (licenses: TenantLicenses) => boolean;
  readSuiteLimits: ReadSuiteLimits;
}): LicenseSource {
  const { tenants, isSuite, readSuiteLimits } = deps;
  const { webApi } = deps.superOffice;

  async function readAsSystemUser<T>(
    tenant: Tenant,
    read: (apiClient: TenantApiClient) => Promise<T>,
    turn: CallTurn = 'any',
  ): Promise<T | null> {
    if (tenant.status === 'revoked') throw new SuperOfficeError('system-user-refused', 'license data');
    try {
      return await read(webApi.asSystemUser(tenant, turn));
    } catch (error) {
      // Whether a partner app may read licenses is not documented (docs/superoffice/licenses.md#3-endpoints).
      if (isRefusal(error)) return null;
      if (isConsentRevoked(error)) await tenants.saveStatus(tenant, 'revoked');
      throw error;
    }
  }

  return {
    tenantLicenses: (tenant) =>
      readAsSystemUser(tenant, async (apiClient) => {
        const licenses = await readTenantLicenses(apiClient);
        if (!isSuite(licenses)) return licenses;
        return { ...licenses, limits: await readSuiteLimits(tenant.tenantId, apiClient) };
      }),
    userLicenses: (tenant, associateId, turn) =>
      readAsSystemUser(tenant, (apiClient) => readUserLicenses(apiClient, associateId), turn),
  };
}
