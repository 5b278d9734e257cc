import type { z } from 'zod';
import type { GrantedLicense, TenantLicenses, UserLicenses } from '../../licensing/licenses/license-data.ts';
import { readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import {
  isSuperOfficeOwner,
  licenseOwnersSchema,
  licenseSchema,
  superOfficeOwner,
} from './license-schemas.ts';
import { mergeModuleRows } from './module-rows.ts';
import type { TenantApiClient } from './web-api.ts';

/**
 * The tenant's licenses of the owner SuperOffice (docs/superoffice/licenses.md#31-reading). Rows that cannot
 * be read are skipped and make the licenses incomplete, as does a response without a row of SuperOffice.
 * @throws SuperOfficeError `unexpected-response` if no row can be read, because every tenant has one; an
 * `unauthorized` or `forbidden` error says nothing about the licenses
 */
export async function readTenantLicenses(apiClient: TenantApiClient): Promise<TenantLicenses> {
  const operation = 'tenant licenses';
  const body = await apiClient.call({
    operation,
    method: 'POST',
    path: 'Agents/License/GetLicenseFromDB',
    json: { OwnerName: superOfficeOwner },
  });
  const { Current: license, ExtendedModuleLicenses: extended } = readBody(operation, licenseSchema, body);
  const modules = mergeModuleRows(license?.ModuleLicenses.rows ?? [], extended.rows);
  const lost = (license?.ModuleLicenses.lost ?? 0) + extended.lost;
  if (modules.length === 0) {
    throw new SuperOfficeError('unexpected-response', operation, { detail: 'ModuleLicenses' });
  }
  return {
    companyName: license?.CompanyName ?? '',
    serialNumber: license?.SerialNr ?? '',
    expiryDate: license?.ExpiryDate ?? null,
    adminWarningDate: license?.AdminWarningDate ?? null,
    graceDate: license?.GraceDate ?? null,
    modules,
    complete: lost === 0 && modules.some(({ owner }) => isSuperOfficeOwner(owner)),
  };
}

/**
 * The user licenses assigned to an associate, of all owners. Function rights, versions and dates are not
 * reported. The response also lists assignable licenses, including the user plans, which are restricted
 * licenses of SuperOffice. The licenses are incomplete if none of those is listed or a row cannot be read.
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
  const superOffice = owners.rows.filter(({ Name }) => isSuperOfficeOwner(Name));
  const plansListed = superOffice.some(({ RestrictedModuleLicenses: { rows } }) => rows.length > 0);
  const noneLost = owners.lost === 0 && owners.rows.every((owner) => countLostRows(owner) === 0);
  return {
    associateId,
    granted: owners.rows.flatMap(toGrantedLicenses),
    complete: plansListed && noneLost,
    functionRights: null,
  };
}

type LicenseOwner = z.output<typeof licenseOwnersSchema>['rows'][number];

function countLostRows({
  RestrictedModuleLicenses: restricted,
  UnrestrictedModuleLicenses: unrestricted,
}: LicenseOwner): number {
  return restricted.lost + unrestricted.lost;
}

function toGrantedLicenses({
  Name: owner,
  RestrictedModuleLicenses: restricted,
  UnrestrictedModuleLicenses: unrestricted,
}: LicenseOwner): GrantedLicense[] {
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
