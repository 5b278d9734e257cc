import type { TenantLicenses, UserLicenses } from '../plans/license-data.ts';
import { WireLicense, WireLicenseOwners } from './license-wire.ts';
import { moduleRows } from './module-rows.ts';
import { SuperOfficeError } from './superoffice-error.ts';
import type { Caller } from './web-api.ts';
import { readBody } from './wire.ts';

const OWNER = 'SUPEROFFICE';

/**
 * What the tenant bought from SuperOffice (licences.md section 3). Throws `unexpected-answer` for a license
 * without any row, as no tenant has that; `unauthorized` or `forbidden` say nothing about the licenses.
 */
export async function readTenantLicenses(caller: Caller): Promise<TenantLicenses> {
  const operation = 'tenant licenses';
  const body = await caller.call({
    operation,
    method: 'POST',
    path: 'Agents/License/GetLicenseFromDB',
    json: { OwnerName: OWNER },
  });
  const { Current: license, ExtendedModuleLicenses: extended } = readBody(operation, WireLicense, body);
  const modules = moduleRows(license?.ModuleLicenses ?? [], extended);
  if (modules.length === 0)
    throw new SuperOfficeError('unexpected-answer', operation, { detail: 'ModuleLicenses' });
  return {
    companyName: license?.CompanyName ?? '',
    serialNumber: license?.SerialNr ?? '',
    expiryDate: license?.ExpiryDate ?? null,
    adminWarningDate: license?.AdminWarningDate ?? null,
    graceDate: license?.GraceDate ?? null,
    modules,
  };
}

/**
 * The user licenses assigned to an associate, of all owners; without function rights, which this call does not
 * tell. It lists what could be assigned too: an answer without any license of SuperOffice's own is not complete.
 */
export async function readUserLicenses(caller: Caller, associateId: number): Promise<UserLicenses> {
  const operation = 'user licenses';
  const body = await caller.call({
    operation,
    method: 'POST',
    path: 'Agents/License/GetUserLicenses',
    json: { AssociateId: associateId },
  });
  const owners = readBody(operation, WireLicenseOwners, body);
  const granted = owners.flatMap((owner) =>
    [...owner.RestrictedModuleLicenses, ...owner.UnrestrictedModuleLicenses]
      .filter((license) => license.Assigned)
      .map((license) => ({
        owner: owner.Name,
        name: license.Name,
        scope: 'user' as const,
        description: license.Description,
        extraFlags: license.ExtraFlags,
        extraInfo: '',
      })),
  );
  const own = owners.find((owner) => owner.Name.toUpperCase() === OWNER);
  const listed = (own?.RestrictedModuleLicenses.length ?? 0) + (own?.UnrestrictedModuleLicenses.length ?? 0);
  return { associateId, granted, complete: listed > 0, functionRights: null };
}
