import type { z } from 'zod';
import type { GrantedLicense, TenantLicenses, UserLicenses } from '../../licensing/licenses/license-data.ts';
import { readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import { isOwnOwner, licenseOwnersSchema, licenseSchema, OWN_OWNER } from './license-schemas.ts';
import { moduleRows } from './module-rows.ts';
import type { TenantApiClient } from './web-api.ts';

/**
 * What the tenant bought from SuperOffice (docs/superoffice/licenses.md#3-endpoints); rows that cannot be
 * read are left out. Throws `unexpected-response` for a license without any row, as no tenant has that;
 * `unauthorized` or `forbidden` say nothing about the licenses.
 */
export async function readTenantLicenses(apiClient: TenantApiClient): Promise<TenantLicenses> {
  const operation = 'tenant licenses';
  const body = await apiClient.call({
    operation,
    method: 'POST',
    path: 'Agents/License/GetLicenseFromDB',
    json: { OwnerName: OWN_OWNER },
  });
  const { Current: license, ExtendedModuleLicenses: extended } = readBody(operation, licenseSchema, body);
  const modules = moduleRows(license?.ModuleLicenses.rows ?? [], extended.rows);
  const lost = (license?.ModuleLicenses.lost ?? 0) + extended.lost;
  if (modules.length === 0)
    throw new SuperOfficeError('unexpected-response', operation, { detail: 'ModuleLicenses' });
  return {
    companyName: license?.CompanyName ?? '',
    serialNumber: license?.SerialNr ?? '',
    expiryDate: license?.ExpiryDate ?? null,
    adminWarningDate: license?.AdminWarningDate ?? null,
    graceDate: license?.GraceDate ?? null,
    modules,
    complete: lost === 0,
  };
}

/**
 * The user licenses assigned to an associate, of all owners; without function rights, versions and dates, which this
 * call does not tell. It lists what could be assigned too: an answer without restricted licenses of SuperOffice's own,
 * which user plans are, is not complete, nor is one with a row that could not be read.
 */
export async function readUserLicenses(
  apiClient: TenantApiClient,
  associateId: number,
): Promise<UserLicenses> {
  const operation = 'user licenses';
  const body = await apiClient.call({
    operation,
    method: 'POST',
    path: 'Agents/License/GetUserLicenses',
    json: { AssociateId: associateId },
  });
  const owners = readBody(operation, licenseOwnersSchema, body);
  const own = owners.rows.filter(({ Name }) => isOwnOwner(Name));
  const listed = own.some(({ RestrictedModuleLicenses: { rows } }) => rows.length > 0);
  const nothingLost = owners.lost === 0 && owners.rows.every((owner) => lostOf(owner) === 0);
  return {
    associateId,
    granted: owners.rows.flatMap(grantedBy),
    complete: listed && nothingLost,
    functionRights: null,
  };
}

type licenseOwnerSchema = z.output<typeof licenseOwnersSchema>['rows'][number];

function lostOf({
  RestrictedModuleLicenses: restricted,
  UnrestrictedModuleLicenses: unrestricted,
}: licenseOwnerSchema): number {
  return restricted.lost + unrestricted.lost;
}

function grantedBy({
  Name: owner,
  RestrictedModuleLicenses: restricted,
  UnrestrictedModuleLicenses: unrestricted,
}: licenseOwnerSchema): GrantedLicense[] {
  const assigned = [...restricted.rows, ...unrestricted.rows].filter((license) => license.Assigned);
  return assigned.map((license) => ({
    owner,
    name: license.Name,
    scope: 'user',
    description: license.Description,
    version: '',
    expiryDate: null,
    extraFlags: license.ExtraFlags,
    extraInfo: '',
  }));
}
