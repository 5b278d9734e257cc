import type { ModuleLicense } from '../../licensing/licenses/license-data.ts';
import type { extendedModuleLicenseSchema, moduleLicenseSchema } from './license-schemas.ts';

/**
 * The rows of a license from both places they may be in, each once by owner, name and version: which place is
 * filled is not documented (docs/superoffice/licenses.md#3-endpoints). Seats come from the extended row, else
 * null.
 */
export function moduleRows(
  plain: readonly moduleLicenseSchema[],
  extended: readonly extendedModuleLicenseSchema[],
): ModuleLicense[] {
  const rows = new Map<string, ModuleLicense>();
  for (const row of plain) rows.set(identity(row), moduleRow(row, null));
  for (const { Current: row, NumberOfLicensesInUse: inUse, NumberOfLicensesFree: free } of extended) {
    if (!row) continue;
    const seats = inUse === null || free === null ? null : { inUse, free };
    rows.set(identity(row), moduleRow(row, seats));
  }
  return [...rows.values()];
}

function identity({ OwnerName, ModuleName, ModuleVersion }: moduleLicenseSchema): string {
  return JSON.stringify([OwnerName.toLowerCase(), ModuleName.toLowerCase(), ModuleVersion]);
}

function moduleRow(row: moduleLicenseSchema, seats: ModuleLicense['seats']): ModuleLicense {
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
