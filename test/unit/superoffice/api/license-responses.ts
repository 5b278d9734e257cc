// The documented answers (docs/superoffice/licenses.md#7-sample-of-currentprincipal and
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

/** A row of currentPrincipal: a user license unless told otherwise. */
export const grant = (Name: string, told: Row = {}): Row => ({
  OwnerName: 'SUPEROFFICE',
  Name,
  Description: Name,
  Version: '11.11',
  LicenseType: 'UserLicense',
  ExtraFlags: 0,
  ExtraInfo: '',
  LicenseNumber: 21,
  ExpiryDate: '2026-06-11T00:00:00',
  ...told,
});

const plan = { Description: 'Sales Premium', ExtraFlags: 1, ExtraInfo: salesPremium };

/** What a user of Sales Premium holds; currentPrincipal lists what the plan's set assigns too. */
export const grants = [
  ...siteModules.map((name) => grant(name, { LicenseType: 'SiteLicense' })),
  ...['user', 'web', 'sale-cal', 'guide-cal', 'quote-cal'].map((name) => grant(name)),
  grant('ten-sales', plan),
];

/** What currentPrincipal answers. */
export const principalWith = (Licenses: readonly unknown[]) => ({
  AssociateId: 3456,
  Licenses,
  FunctionRights: ['allow-bulk-export', 'hide-project'],
  DatabaseContextIdentifier: 'Cust12345',
});

/** A row of GetLicenseFromDB: a site license unless told otherwise. */
export const purchasedPlans = (ModuleName: string, told: Row = {}): Row => ({
  New: null,
  Current: {
    OwnerName: 'SUPEROFFICE',
    ModuleName,
    ModuleDescription: ModuleName,
    ModuleTooltip: '',
    ModuleVersion: '11.11',
    LicenseType: 'SiteLicense',
    Unrestricted: false,
    NumberOfLicenses: 21,
    ExtraFlags: 0,
    ExtraInfo: '',
    IsHidden: false,
    PrerequisiteModuleName: '',
    ...told,
  },
  NumberOfLicensesInUse: 18,
  NumberOfLicensesFree: 3,
});

/** What makes a row the tenant's Sales Premium. */
export const purchasedPlan = {
  ModuleDescription: 'Sales Premium',
  LicenseType: 'UserLicense',
  ExtraFlags: 1,
  ExtraInfo: salesPremium,
};
/** What the Sales Premium tenant bought. */
export const soldRows = [
  purchasedPlans('ten-sales', purchasedPlan),
  ...siteModules.map((name) => purchasedPlans(name)),
];

/** What GetLicenseFromDB answers. */
export const licenseWith = (
  ExtendedModuleLicenses: readonly unknown[],
  ModuleLicenses: readonly unknown[] = [],
) => ({
  Current: {
    CompanyName: 'Designteamet',
    SerialNr: '1010000014',
    AdminWarningDate: '2027-02-27T00:00:00',
    ExpiryDate: '2027-03-27T00:00:00',
    GraceDate: '2027-04-08T00:00:00',
    ModuleLicenses,
  },
  ExtendedModuleLicenses,
});

/** A row of GetUserLicenses, assigned unless told otherwise. */
export const link = (Name: string, told: Row = {}): Row => ({
  Name,
  Description: Name,
  Assigned: true,
  ExtraFlags: 0,
  ...told,
});

/** The restricted rows of a user of Sales Premium. */
export const restricted = [
  link('ten-sales', { Description: 'Sales Premium', ExtraFlags: 1 }),
  link('ten-service', { Description: 'Service Premium', ExtraFlags: 1, Assigned: false }),
  ...['user', 'web', 'sale-cal', 'guide-cal', 'quote-cal'].map((name) => link(name)),
];

/** What GetUserLicenses answers: SuperOffice as the only owner. */
export const ownersWith = (
  RestrictedModuleLicenses: readonly unknown[],
  UnrestrictedModuleLicenses: readonly unknown[] = [link('visible-for', { Assigned: false })],
) => [{ Name: 'SUPEROFFICE', RestrictedModuleLicenses, UnrestrictedModuleLicenses }];
