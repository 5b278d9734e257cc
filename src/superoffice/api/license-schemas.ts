import { z } from 'zod';
import type { LicenseScope } from '../../licensing/licenses/license-data.ts';
import {
  calendarDate,
  lenientBoolean,
  lenientCount,
  lenientRows,
  lenientString,
  readableRows,
} from '../transport/schemas.ts';

const SCOPE_OF_TYPE: ReadonlyMap<string, LicenseScope> = new Map([
  ['SiteLicense', 'site'],
  ['SatelliteLicense', 'satellite'],
  ['UserLicense', 'user'],
]);

/** What a row cannot be read without: the name of a module or of its owner. */
const nameOf = z.string().regex(/\S/);
const licenseScope = lenientString.transform((type): LicenseScope => SCOPE_OF_TYPE.get(type) ?? 'unknown');
const lenientNumber = lenientCount.transform((value) => value ?? 0);

/**
 * ModuleLicense carrier; LicenseType arrives as its name
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export const moduleLicenseSchema = z.object({
  OwnerName: nameOf,
  ModuleName: nameOf,
  ModuleDescription: lenientString,
  ModuleTooltip: lenientString,
  ModuleVersion: lenientString,
  LicenseType: licenseScope,
  Unrestricted: lenientBoolean,
  NumberOfLicenses: lenientNumber,
  ExtraFlags: lenientNumber,
  ExtraInfo: lenientString,
  IsHidden: lenientBoolean,
  PrerequisiteModuleName: lenientString,
});
export type moduleLicenseSchema = z.output<typeof moduleLicenseSchema>;

/** ExtendedModuleLicense carrier: a row with how many of it are in use. */
export const extendedModuleLicenseSchema = z.object({
  Current: moduleLicenseSchema.nullish(),
  NumberOfLicensesInUse: lenientCount,
  NumberOfLicensesFree: lenientCount,
});
export type extendedModuleLicenseSchema = z.output<typeof extendedModuleLicenseSchema>;

const unreadableLicense = {
  CompanyName: '',
  SerialNr: '',
  ExpiryDate: null,
  AdminWarningDate: null,
  GraceDate: null,
  ModuleLicenses: { rows: [], lost: 1 },
};

/** ExtendedLicenseInfo carrier: what GetLicenseFromDB answers. */
export const licenseSchema = z.object({
  Current: z
    .object({
      CompanyName: lenientString,
      SerialNr: lenientString,
      ExpiryDate: calendarDate,
      AdminWarningDate: calendarDate,
      GraceDate: calendarDate,
      ModuleLicenses: lenientRows(moduleLicenseSchema),
    })
    .nullish()
    .catch(unreadableLicense),
  ExtendedModuleLicenses: lenientRows(extendedModuleLicenseSchema),
});

/** ModuleLicenseLink carrier. Without a word on `Assigned` it tells nothing of the user. */
const moduleLicenseLinkSchema = z.object({
  Name: nameOf,
  Description: lenientString,
  Assigned: z.boolean(),
  ExtraFlags: lenientNumber,
});

/** LicenseOwner carriers: what GetUserLicenses answers. */
export const licenseOwnersSchema = readableRows(
  z.object({
    Name: nameOf,
    RestrictedModuleLicenses: lenientRows(moduleLicenseLinkSchema),
    UnrestrictedModuleLicenses: lenientRows(moduleLicenseLinkSchema),
  }),
);

/**
 * GrantedModuleLicense carriers, with the ExtraInfo that only the REST reply has
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export const grantedLicensesSchema = lenientRows(
  z.object({
    OwnerName: nameOf,
    Name: nameOf,
    Description: lenientString,
    Version: lenientString,
    LicenseType: licenseScope,
    ExtraFlags: lenientNumber,
    ExtraInfo: lenientString,
    ExpiryDate: calendarDate,
  }),
);

/** The owner of SuperOffice's own licenses (docs/superoffice/licenses.md#1-rules). */
export const OWN_OWNER = 'SUPEROFFICE';

/** Whether an owner's name is SuperOffice's own, in any case. */
export function isOwnOwner(name: string): boolean {
  return name.trim().toUpperCase() === OWN_OWNER;
}
