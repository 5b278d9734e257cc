import { z } from 'zod';
import type { LicenseScope } from '../../licensing/licenses/license-data.ts';
import { storableText } from '../../storable-text.ts';
import {
  calendarDate,
  lenientBoolean,
  lenientCount,
  lenientRows,
  lenientString,
  readableRows,
} from '../transport/schemas.ts';

const scopeByType: ReadonlyMap<string, LicenseScope> = new Map([
  ['SiteLicense', 'site'],
  ['SatelliteLicense', 'satellite'],
  ['UserLicense', 'user'],
]);

/** A required name of a module or owner; a row without it is invalid. */
const requiredName = z.string().regex(/\S/).pipe(storableText());
const licenseScope = lenientString.transform((type): LicenseScope => scopeByType.get(type) ?? 'unknown');
const lenientNumber = lenientCount.transform((value) => value ?? 0);

/** The ModuleLicense carrier (docs/superoffice/licenses.md#21-carriers). */
const moduleLicenseSchema = z.object({
  OwnerName: requiredName,
  ModuleName: requiredName,
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
/** A parsed ModuleLicense. */
export type ModuleLicenseRow = z.output<typeof moduleLicenseSchema>;

/** The ExtendedModuleLicense carrier: a module license with its seat counts. */
const extendedModuleLicenseSchema = z.object({
  Current: moduleLicenseSchema.nullish(),
  NumberOfLicensesInUse: lenientCount,
  /** Below 0 if more are in use than purchased. */
  NumberOfLicensesFree: z.int().nullable().catch(null),
});
/** A parsed ExtendedModuleLicense. */
export type ExtendedModuleLicenseRow = z.output<typeof extendedModuleLicenseSchema>;

const unreadableLicense = {
  CompanyName: '',
  SerialNr: '',
  ExpiryDate: null,
  AdminWarningDate: null,
  GraceDate: null,
  ModuleLicenses: { rows: [], lost: 1 },
};

/** The ExtendedLicenseInfo carrier: the response of GetLicenseFromDB. */
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

/** The ModuleLicenseLink carrier. A row without `Assigned` says nothing about the user, so it is invalid. */
const moduleLicenseLinkSchema = z.object({
  Name: requiredName,
  Description: lenientString,
  Assigned: z.boolean(),
  ExtraFlags: lenientNumber,
});

/** The LicenseOwner carriers: the response of GetUserLicenses. */
export const licenseOwnersSchema = readableRows(
  z.object({
    Name: requiredName,
    RestrictedModuleLicenses: lenientRows(moduleLicenseLinkSchema),
    UnrestrictedModuleLicenses: lenientRows(moduleLicenseLinkSchema),
  }),
);

/**
 * The GrantedModuleLicense carriers. Only the REST response has ExtraInfo
 * (docs/superoffice/licenses.md#21-carriers).
 */
export const grantedLicensesSchema = lenientRows(
  z.object({
    OwnerName: requiredName,
    Name: requiredName,
    Description: lenientString,
    Version: lenientString,
    LicenseType: licenseScope,
    ExtraFlags: lenientNumber,
    ExtraInfo: lenientString,
    ExpiryDate: calendarDate,
  }),
);

/** The owner name of SuperOffice's own licenses (docs/superoffice/licenses.md#1-rules). */
export const superOfficeOwner = 'SUPEROFFICE';

/** True if the owner is SuperOffice, whatever the case of its name. */
export function isSuperOfficeOwner(name: string): boolean {
  return name.trim().toUpperCase() === superOfficeOwner;
}
