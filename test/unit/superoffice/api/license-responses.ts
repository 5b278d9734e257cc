// The documented response bodies (docs/superoffice/licenses.md#7-sample-of-currentprincipal and
// #8-samples-of-the-license-agent), shortened to the fields Planlens reads.

/** ExtraInfo of Sales Premium (docs/superoffice/licenses.md#4-extraflags-and-extrainfo). */
export const salesPremium =
  'set=user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,sale-cal,t2,saint-cal,target-cal,project-cal,quote-cal,guide-cal,stakeholder-cal,dash-cal,selection-combined-cal';

/** Site licenses that the features of Sales Premium need. */
export const siteModules = [
  ...['document', 'selection', 'relation', 'report', 'dash'],
  ...['sale', 'guide', 'quote', 'expander-services'],
];

type Row = Readonly<Record<string, unknown>>;

/** A row of currentPrincipal: a user license by default. */
export const grant = (name: string, overrides: Row = {}): Row => ({
  OwnerName: 'SUPEROFFICE',
  Name: name,
  Description: name,
  Version: '11.11',
  LicenseType: 'UserLicense',
  ExtraFlags: 0,
  ExtraInfo: '',
  LicenseNumber: 21,
  ExpiryDate: '2026-06-11T00:00:00',
  ...overrides,
});

const plan = { Description: 'Sales Premium', ExtraFlags: 1, ExtraInfo: salesPremium };

/** The licenses of a user with Sales Premium. currentPrincipal also lists the licenses of the plan's set. */
export const grantedRows = [
  ...siteModules.map((name) => grant(name, { LicenseType: 'SiteLicense' })),
  ...['user', 'web', 'sale-cal', 'guide-cal', 'quote-cal'].map((name) => grant(name)),
  grant('ten-sales', plan),
];

/** The response body of currentPrincipal. */
export const principalWith = (licenses: readonly unknown[]) => ({
  AssociateId: 3456,
  Licenses: licenses,
  FunctionRights: ['allow-bulk-export', 'hide-project'],
  DatabaseContextIdentifier: 'Cust12345',
});

/** A row of GetLicenseFromDB: a site license by default. */
export const extendedRow = (moduleName: string, overrides: Row = {}): Row => ({
  New: null,
  Current: {
    OwnerName: 'SUPEROFFICE',
    ModuleName: moduleName,
    ModuleDescription: moduleName,
    ModuleTooltip: '',
    ModuleVersion: '11.11',
    LicenseType: 'SiteLicense',
    Unrestricted: false,
    NumberOfLicenses: 21,
    ExtraFlags: 0,
    ExtraInfo: '',
    IsHidden: false,
    PrerequisiteModuleName: '',
    ...overrides,
  },
  NumberOfLicensesInUse: 18,
  NumberOfLicensesFree: 3,
});

/** The fields that make a row the tenant's Sales Premium plan. */
export const planFields = {
  ModuleDescription: 'Sales Premium',
  LicenseType: 'UserLicense',
  ExtraFlags: 1,
  ExtraInfo: salesPremium,
};
/** The purchased licenses of a tenant with Sales Premium. */
export const purchasedRows = [
  extendedRow('ten-sales', planFields),
  ...siteModules.map((name) => extendedRow(name)),
];

/** The response body of GetLicenseFromDB. */
export const licenseWith = (
  extendedModuleLicenses: readonly unknown[],
  moduleLicenses: readonly unknown[] = [],
) => ({
  Current: {
    CompanyName: 'Designteamet',
    SerialNr: '1010000014',
    AdminWarningDate: '2027-02-27T00:00:00',
    ExpiryDate: '2027-03-27T00:00:00',
    GraceDate: '2027-04-08T00:00:00',
    ModuleLicenses: moduleLicenses,
  },
  ExtendedModuleLicenses: extendedModuleLicenses,
});

/** A row of GetUserLicenses, assigned by default. */
export const link = (name: string, overrides: Row = {}): Row => ({
  Name: name,
  Description: name,
  Assigned: true,
  ExtraFlags: 0,
  ...overrides,
});

/** The restricted rows of a user with Sales Premium. */
export const restrictedLinks = [
  link('ten-sales', { Description: 'Sales Premium', ExtraFlags: 1 }),
  link('ten-service', { Description: 'Service Premium', ExtraFlags: 1, Assigned: false }),
  ...['user', 'web', 'sale-cal', 'guide-cal', 'quote-cal'].map((name) => link(name)),
];

/** The response body of GetUserLicenses with SuperOffice as the only owner. */
export const ownersWith = (
  restrictedModuleLicenses: readonly unknown[],
  unrestrictedModuleLicenses: readonly unknown[] = [link('visible-for', { Assigned: false })],
) => [
  {
    Name: 'SUPEROFFICE',
    RestrictedModuleLicenses: restrictedModuleLicenses,
    UnrestrictedModuleLicenses: unrestrictedModuleLicenses,
  },
];
