import { z } from 'zod';
import type { LicenseScope } from '../../licensing/licenses/license-data.ts';
import {
  calendarDate,
  countIfTold,
  flagIfTold,
  readableRows,
  rowsIfTold,
  textIfTold,
} from '../transport/schemas.ts';

const SCOPE_OF_TYPE: ReadonlyMap<string, LicenseScope> = new Map([
  ['SiteLicense', 'site'],
  ['SatelliteLicense', 'satellite'],
  ['UserLicense', 'user'],
]);

/** What a row cannot be read without: the name of a module or of its owner. */
const nameOf = z.string().regex(/\S/);
const licenseScope = textIfTold.transform((type): LicenseScope => SCOPE_OF_TYPE.get(type) ?? 'unknown');
const numberIfTold = countIfTold.transform((value) => value ?? 0);

/** ModuleLicense carrier; LicenseType arrives as its name (licences.md 2). */
export const WireModuleLicense = z.object({
  OwnerName: nameOf,
  ModuleName: nameOf,
  ModuleDescription: textIfTold,
  ModuleTooltip: textIfTold,
  ModuleVersion: textIfTold,
  LicenseType: licenseScope,
  Unrestricted: flagIfTold,
  NumberOfLicenses: numberIfTold,
  ExtraFlags: numberIfTold,
  ExtraInfo: textIfTold,
  IsHidden: flagIfTold,
  PrerequisiteModuleName: textIfTold,
});
export type WireModuleLicense = z.output<typeof WireModuleLicense>;

/** ExtendedModuleLicense carrier: a row with how many of it are in use. */
export const WireExtendedModuleLicense = z.object({
  Current: WireModuleLicense.nullish(),
  NumberOfLicensesInUse: countIfTold,
  NumberOfLicensesFree: countIfTold,
});
export type WireExtendedModuleLicense = z.output<typeof WireExtendedModuleLicense>;

const unreadableLicense = {
  CompanyName: '',
  SerialNr: '',
  ExpiryDate: null,
  AdminWarningDate: null,
  GraceDate: null,
  ModuleLicenses: { rows: [], lost: 1 },
};

/** ExtendedLicenseInfo carrier: what GetLicenseFromDB answers. */
export const WireLicense = z.object({
  Current: z
    .object({
      CompanyName: textIfTold,
      SerialNr: textIfTold,
      ExpiryDate: calendarDate,
      AdminWarningDate: calendarDate,
      GraceDate: calendarDate,
      ModuleLicenses: rowsIfTold(WireModuleLicense),
    })
    .nullish()
    .catch(unreadableLicense),
  ExtendedModuleLicenses: rowsIfTold(WireExtendedModuleLicense),
});

/** ModuleLicenseLink carrier. Without a word on `Assigned` it tells nothing of the user. */
const WireModuleLicenseLink = z.object({
  Name: nameOf,
  Description: textIfTold,
  Assigned: z.boolean(),
  ExtraFlags: numberIfTold,
});

/** LicenseOwner carriers: what GetUserLicenses answers. */
export const WireLicenseOwners = readableRows(
  z.object({
    Name: nameOf,
    RestrictedModuleLicenses: rowsIfTold(WireModuleLicenseLink),
    UnrestrictedModuleLicenses: rowsIfTold(WireModuleLicenseLink),
  }),
);

/** GrantedModuleLicense carriers, with the ExtraInfo that only the REST reply has (licences.md 2). */
export const WireGrantedLicenses = rowsIfTold(
  z.object({
    OwnerName: nameOf,
    Name: nameOf,
    Description: textIfTold,
    Version: textIfTold,
    LicenseType: licenseScope,
    ExtraFlags: numberIfTold,
    ExtraInfo: textIfTold,
    ExpiryDate: calendarDate,
  }),
);

/** The owner of SuperOffice's own licenses (licences.md 1). */
export const OWN_OWNER = 'SUPEROFFICE';

/** Whether an owner's name is SuperOffice's own, in any case. */
export function isOwnOwner(name: string): boolean {
  return name.trim().toUpperCase() === OWN_OWNER;
}
