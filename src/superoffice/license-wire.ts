import { z } from 'zod';
import type { LicenseScope } from '../plans/license-data.ts';
import { calendarDate, flag, list, text, whole } from './wire.ts';

const SCOPE_OF_TYPE: ReadonlyMap<string, LicenseScope> = new Map([
  ['SiteLicense', 'site'],
  ['SatelliteLicense', 'satellite'],
  ['UserLicense', 'user'],
]);

/** LicenseType, which arrives as its name (licences.md section 2). */
export const licenseScope = text.transform((type): LicenseScope => SCOPE_OF_TYPE.get(type) ?? 'unknown');

/** ModuleLicense carrier. */
export const WireModuleLicense = z.object({
  OwnerName: text,
  ModuleName: z.string().min(1),
  ModuleDescription: text,
  ModuleTooltip: text,
  ModuleVersion: text,
  LicenseType: licenseScope,
  Unrestricted: flag,
  NumberOfLicenses: whole,
  ExtraFlags: whole,
  ExtraInfo: text,
  IsHidden: flag,
  PrerequisiteModuleName: text,
});
export type WireModuleLicense = z.output<typeof WireModuleLicense>;

/** ExtendedModuleLicense carrier: a row with how many of it are in use. */
export const WireExtendedModuleLicense = z.object({
  Current: WireModuleLicense.nullish(),
  NumberOfLicensesInUse: z.number().nullish(),
  NumberOfLicensesFree: z.number().nullish(),
});
export type WireExtendedModuleLicense = z.output<typeof WireExtendedModuleLicense>;

/** ExtendedLicenseInfo carrier: what GetLicenseFromDB answers. */
export const WireLicense = z.object({
  Current: z
    .object({
      CompanyName: text,
      SerialNr: text,
      ExpiryDate: calendarDate,
      AdminWarningDate: calendarDate,
      GraceDate: calendarDate,
      ModuleLicenses: list(WireModuleLicense),
    })
    .nullish(),
  ExtendedModuleLicenses: list(WireExtendedModuleLicense),
});

const WireModuleLicenseLink = z.object({
  Name: z.string().min(1),
  Description: text,
  Assigned: flag,
  ExtraFlags: whole,
});

/** LicenseOwner carriers: what GetUserLicenses answers. */
export const WireLicenseOwners = z.array(
  z.object({
    Name: text,
    RestrictedModuleLicenses: list(WireModuleLicenseLink),
    UnrestrictedModuleLicenses: list(WireModuleLicenseLink),
  }),
);
