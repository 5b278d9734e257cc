import { assignedNames, countSeats, type Seats } from './seats.ts';
import type { Module, Tenant, User } from './tenants.ts';

/**
 * The owner of SuperOffice's own licenses; the name is reserved
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
const superOffice = { name: 'SUPEROFFICE', description: 'SuperOffice AS', id: 1 };

const noRights = { TableRight: null, FieldProperties: {} };

/** The owner with this name (case-insensitive) and its rows in a tenant; undefined if it has none. */
export function findOwner(tenant: Tenant, ownerName: string) {
  return owners(tenant).find((owner) => owner.name === ownerName.toUpperCase());
}

/** Every owner with licenses at a tenant: SuperOffice, and the third party if it is enabled. */
export function owners(tenant: Tenant) {
  const own = {
    ...superOffice,
    serialNr: tenant.serialNr,
    version: tenant.licenseVersion,
    modules: tenant.modules,
  };
  const { owner, description, serialNr, modules } = tenant.thirdParty;
  const other = { name: owner, description, id: 2, serialNr, version: '3.2', modules };
  return tenant.thirdPartyLicensed ? [own, other] : [own];
}
type Owner = ReturnType<typeof owners>[number];

/**
 * ExtendedLicenseInfo: all licenses of an owner that this tenant purchased, with their use
 * (docs/superoffice/licenses.md#8-samples-of-the-license-agent). Which of its two lists SuperOffice fills is
 * unknown, so the Premium tenant fills one and the others fill both.
 */
export function extendedLicenseInfo(tenant: Tenant, owner: Owner) {
  const rows = owner.modules.map((module) => moduleLicense(owner, module));
  return {
    Reason: '',
    CanBeActivated: false,
    New: null,
    Current: { ...licenseInfo(tenant, owner), ModuleLicenses: tenant.key === 'premium' ? [] : rows },
    ExtendedModuleLicenses: owner.modules.map((module) => extendedModule(tenant, owner, module)),
    AccumulatedNextCheckDate: tenant.nextCheckDate,
  };
}

function licenseInfo(tenant: Tenant, owner: Owner) {
  return {
    CompanyName: tenant.companyName,
    SerialNr: owner.serialNr,
    OwnerName: owner.name,
    OwnerDescription: owner.description,
    NextCheckDate: tenant.nextCheckDate,
    MaintenanceDate: tenant.maintenanceDate,
    AdminWarningDate: tenant.adminWarningDate,
    ExpiryDate: tenant.expiryDate,
    GraceDate: tenant.graceDate,
    ExtraFlags: 0,
    ExtraInfo: '',
    LicenseUrl: '',
    LicenseVersion: owner.version,
    DeploymentType: 1,
    ProductType: '',
    ProductDescription: '',
    PublicKey: null,
    Signature: '',
  };
}

/** ModuleLicense: one row of a license. */
export function moduleLicense(owner: Owner, module: Module) {
  const { id, confidence, inUse, ...row } = module;
  return {
    OwnerName: owner.name,
    ...row,
    ModuleVersion: owner.version,
    AllowedUserType: module.LicenseType === 'UserLicense' ? 'InternalAssociate' : 'Unknown',
    SortOrder: id,
    PrerequisiteModuleName: '',
    Signature: '',
  };
}

function extendedModule(tenant: Tenant, owner: Owner, module: Module) {
  const seats = ownerSeats(tenant, owner, module);
  return {
    New: null,
    Current: moduleLicense(owner, module),
    NumberOfLicensesInUse: seats.inUse,
    NumberOfLicensesFree: seats.free,
    NumberOfLicensesAdded: 0,
    NumberOfLicensesNewTotal: 0,
    NumberOfLicensesNewFree: 0,
    NumberOfLicensesTotal: seats.total,
  };
}

/**
 * LicenseOwner for one user: every user license of an owner, hidden ones too, with `Assigned`
 * (docs/superoffice/licenses.md#8-samples-of-the-license-agent).
 */
export function licenseOwner(tenant: Tenant, owner: Owner, user: User) {
  const links = owner.modules
    .filter((module) => module.LicenseType === 'UserLicense')
    .map((module) => moduleLicenseLink(tenant, owner, module, user));
  return {
    Name: owner.name,
    Description: owner.description,
    RestrictedModuleLicenses: links.filter((link) => !link.Unrestricted),
    UnrestrictedModuleLicenses: links.filter((link) => link.Unrestricted),
    ...noRights,
  };
}

function moduleLicenseLink(tenant: Tenant, owner: Owner, module: Module, user: User) {
  const seats = ownerSeats(tenant, owner, module);
  const assigned = assignedLicenseNames(tenant, owner, user).has(module.ModuleName);
  return {
    Unrestricted: module.Unrestricted,
    Total: seats.total,
    Tooltip: module.ModuleTooltip,
    CanAssign: assigned || module.Unrestricted || seats.free > 0,
    Free: seats.free,
    InUse: seats.inUse,
    IsHidden: module.IsHidden,
    Assigned: assigned,
    ModuleLicenseId: module.id,
    Name: module.ModuleName,
    Description: module.ModuleDescription,
    PrerequisiteModuleName: '',
    SortOrder: module.id,
    ExtraFlags: module.ExtraFlags,
    ...noRights,
  };
}

/** The names of the owner's user licenses that are assigned to a user. */
export function assignedLicenseNames(tenant: Tenant, owner: Owner, user: User): Set<string> {
  return owner.name === superOffice.name ? assignedNames(tenant, user) : new Set(user.thirdPartyLicenses);
}

function ownerSeats(tenant: Tenant, owner: Owner, module: Module): Seats {
  if (owner.name === superOffice.name) return countSeats(tenant, module);
  const inUse = tenant.users.filter((user) => user.thirdPartyLicenses.includes(module.ModuleName)).length;
  const used = module.LicenseType === 'UserLicense' ? inUse : 0;
  return { total: module.NumberOfLicenses, inUse: used, free: module.NumberOfLicenses - used };
}

/** GrantedModuleLicense: a row as the principal sees it, with the ExtraInfo the official client drops. */
export function grantedLicense(tenant: Tenant, owner: Owner, module: Module) {
  return {
    OwnerId: owner.id,
    OwnerName: owner.name,
    OwnerDescription: owner.description,
    ModuleId: module.id,
    Name: module.ModuleName,
    Description: module.ModuleDescription,
    Version: owner.version,
    LicenseType: module.LicenseType,
    ExtraFlags: module.ExtraFlags,
    ExtraInfo: module.ExtraInfo,
    SortOrder: module.id,
    LicenseNumber: module.NumberOfLicenses,
    IsHidden: module.IsHidden,
    IsUnrestricted: module.Unrestricted,
    ExpiryDate: tenant.expiryDate,
    ...noRights,
  };
}
