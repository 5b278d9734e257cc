import type { ModuleLicense } from '../../licensing/licenses/license-data.ts';
import type { ExtendedModuleLicenseRow, ModuleLicenseRow } from './license-schemas.ts';

/**
 * Merges the two lists of a license, one row per owner, name and version. Which list SuperOffice fills is not
 * documented (docs/superoffice/licenses.md#31-reading). Only extended rows have seats; otherwise `seats` is
 * null. A number that is missing in one place does not void the others.
 */
export function mergeModuleRows(
  plain: readonly ModuleLicenseRow[],
  extended: readonly ExtendedModuleLicenseRow[],
): ModuleLicense[] {
  const rows = new Map<string, ModuleLicense>();
  for (const row of plain) rows.set(getRowKey(row), toModuleLicense(row, null));
  for (const { Current: row, NumberOfLicensesInUse: inUse, NumberOfLicensesFree: free } of extended) {
    if (!row) continue;
    const seats = inUse === null && free === null ? null : { inUse, free };
    const key = getRowKey(row);
    const purchased = row.NumberOfLicenses || (rows.get(key)?.purchased ?? 0);
    rows.set(key, { ...toModuleLicense(row, seats), purchased });
  }
  return [...rows.values()];
}

function getRowKey({ OwnerName, ModuleName, ModuleVersion }: ModuleLicenseRow): string {
  return JSON.stringify([OwnerName.toLowerCase(), ModuleName.toLowerCase(), ModuleVersion]);
}

function toModuleLicense(row: ModuleLicenseRow, seats: ModuleLicense['seats']): ModuleLicense {
  return {
    owner: row.OwnerName,
    name: row.ModuleName,
    description: row.ModuleDescription,
    tooltip: row.ModuleTooltip,
    version: row.ModuleVersion,
    scope: row.LicenseType,
    purchased: row.NumberOfLicenses,
    seats,
    unrestricted: row.Unrestricted,
    hidden: row.IsHidden,
    extraFlags: row.ExtraFlags,
    extraInfo: row.ExtraInfo,
    prerequisite: row.PrerequisiteModuleName,
  };
}
