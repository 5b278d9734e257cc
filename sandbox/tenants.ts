import { readFileSync } from 'node:fs';
import { z } from 'zod';

const moduleRow = z.strictObject({
  id: z.number(),
  ModuleName: z.string(),
  ModuleDescription: z.string(),
  ModuleTooltip: z.string(),
  LicenseType: z.enum(['SiteLicense', 'UserLicense']),
  NumberOfLicenses: z.number(),
  IsHidden: z.boolean(),
  Unrestricted: z.boolean(),
  ExtraFlags: z.number(),
  ExtraInfo: z.string(),
  /** Source of the row: published by SuperOffice, derived from published counts, inferred, or invented. */
  confidence: z.enum(['documented', 'by-count', 'inferred', 'invented']),
  /** Published number of seats in use; rows that have it can be assigned as a plan. */
  inUse: z.number().optional(),
});

/** What the plans of CRM Suite limit (docs/superoffice/user-plans.md#8-crm-suite). */
export const limitNames = ['dashboards', 'projects', 'flows', 'customObjects'] as const;
export type LimitName = (typeof limitNames)[number];

/** What is in use, and the maximum of the plan: 0 if it is unlimited or not included, as that form is unknown. */
const limitUse = z.strictObject({ ActiveCount: z.number(), Maximum: z.number() });

const tenantRow = z.strictObject({
  key: z.string(),
  contextIdentifier: z.string().regex(/^Cust\d+$/),
  companyName: z.string(),
  serialNr: z.string().regex(/^\d+$/),
  expiryDate: z.string(),
  adminWarningDate: z.string(),
  graceDate: z.string(),
  nextCheckDate: z.string(),
  maintenanceDate: z.string(),
  licenseVersion: z.string(),
  subscription: z.string().optional(),
  plan: z.string().optional(),
  /** The tenant does not grant the dynamic archive to the app. */
  refusesDynamicArchive: z.boolean().optional(),
  limits: z.partialRecord(z.enum(limitNames), limitUse).optional(),
  modules: z.array(moduleRow),
});

const tenantFile = z.strictObject({
  placeholderNames: z.record(z.string(), z.string()),
  thirdParty: z.strictObject({
    owner: z.string(),
    description: z.string(),
    serialNr: z.string(),
    modules: z.array(moduleRow),
  }),
  tenants: z.array(tenantRow),
});

const userRow = z.strictObject({
  associateId: z.number(),
  userName: z.email(),
  initials: z.string(),
  fullName: z.string(),
  personId: z.number(),
  groupId: z.number(),
  roleId: z.number(),
  language: z.enum(['en', 'de', 'no', 'sv', 'da', 'nl']),
  isAdministrator: z.boolean(),
  plan: z.string().nullable(),
  extraLicenses: z.array(z.string()),
  thirdPartyLicenses: z.array(z.string()),
  identityProvider: z.string(),
  retired: z.boolean(),
  /** False for a user with a plan who is not allowed to log in. */
  canLogIn: z.boolean().optional(),
  waitingForApproval: z.boolean().optional(),
  /** How many days ago the user last logged in; null for never; without it, within the last week. */
  loggedInDaysAgo: z.number().nullable().optional(),
});

const roleRow = z.strictObject({
  id: z.number(),
  name: z.string(),
  description: z.string(),
  functionRights: z.array(z.string()),
});

const userFile = z.strictObject({
  roles: z.array(roleRow),
  groups: z.array(z.strictObject({ id: z.number(), name: z.string() })),
  users: z.record(z.string(), z.array(userRow)),
});

/**
 * A row of a license: the fields of a ModuleLicense carrier that differ from row to row
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export type Module = z.infer<typeof moduleRow>;
export type User = z.infer<typeof userRow>;
type Role = z.infer<typeof roleRow>;
type UserGroup = { id: number; name: string };
type ThirdPartyOwner = z.infer<typeof tenantFile>['thirdParty'];

/** The states of the tenant state API (docs/superoffice/auth.md#61-state-api). */
export const tenantStates = [
  'Unknown',
  'Provisioning',
  'Running',
  'Deleted',
  'Suspended',
  'OnlineMaintenance',
  'OfflineMaintenance',
  'ProvisioningFailed',
  'Deleting',
  'DeleteFailed',
  'MigrationPending',
] as const;
type TenantState = (typeof tenantStates)[number];

/** One customer. The last block can change while the sandbox runs; the rest is constant. */
export interface Tenant extends z.infer<typeof tenantRow> {
  readonly users: User[];
  readonly roles: readonly Role[];
  readonly groups: readonly UserGroup[];
  readonly thirdParty: ThirdPartyOwner;
  /** Plan name to the number of users in the published count that `users` does not list. */
  readonly unlistedUserCounts: ReadonlyMap<string, number>;

  /** An administrator clicked "I approve" for the app. */
  approved: boolean;
  state: TenantState;
  /** Whether the licenses of the third-party owner are installed. */
  thirdPartyLicensed: boolean;
  /** Number of moves to another endpoint; part of the URL of its web API. */
  moves: number;
}

export interface Tenants {
  /** The tenants that the pages of the sandbox show. */
  all(): readonly Tenant[];
  /** The tenant with this context identifier, or undefined. */
  find(contextIdentifier: string): Tenant | undefined;
  /** The user with this SuperID user name (an e-mail address, case-insensitive), with their tenant. */
  findUser(userName: string): { tenant: Tenant; user: User } | undefined;
  /** Restores the state of the data files. */
  reset(): void;
}

/** Loads the tenants and users of `sandbox/data`. */
export function createTenants(): Tenants {
  let tenants = loadTenants();
  return {
    all: () => tenants,
    find: (contextIdentifier) => tenants.find((tenant) => tenant.contextIdentifier === contextIdentifier),
    findUser: (userName) => {
      for (const tenant of tenants) {
        const user = tenant.users.find((row) => row.userName === userName.trim().toLowerCase());
        if (user) return { tenant, user };
      }
      return undefined;
    },
    reset: () => {
      tenants = loadTenants();
    },
  };
}

function loadTenants(): Tenant[] {
  const { tenants, thirdParty, placeholderNames } = tenantFile.parse(readData('tenants.json'));
  const { users, roles, groups } = userFile.parse(readData('users.json'));
  return tenants.map((row) => {
    const modules = row.modules.map((module) => ({
      ...module,
      ModuleName: resolveModuleName(module, placeholderNames),
    }));
    const listed = (users[row.contextIdentifier] ?? []).map((user) => ({
      ...user,
      plan: user.plan?.startsWith('?') ? (placeholderNames[user.plan.slice(1)] ?? null) : user.plan,
    }));
    return {
      ...row,
      modules,
      users: listed,
      roles,
      groups,
      thirdParty,
      unlistedUserCounts: countUnlistedUsers(modules, listed),
      approved: false,
      state: 'Running',
      thirdPartyLicensed: false,
      moves: 0,
    };
  });
}

function countUnlistedUsers(modules: readonly Module[], users: readonly User[]): Map<string, number> {
  return new Map(
    modules
      .filter((module) => module.inUse !== undefined)
      .map((plan) => {
        const listed = users.filter((user) => user.plan === plan.ModuleName).length;
        return [plan.ModuleName, Math.max(0, (plan.inUse ?? 0) - listed)];
      }),
  );
}

/**
 * For the CRM Suite only descriptions are published, not module names
 * (docs/superoffice/licenses.md#10-unknown). Such a row has the name `?` in the data; `placeholderNames` maps its
 * description to an invented name.
 */
function resolveModuleName(module: Module, placeholderNames: Record<string, string>): string {
  if (module.ModuleName !== '?') return module.ModuleName;
  const name = placeholderNames[module.ModuleDescription];
  if (name === undefined)
    throw new Error(`tenants.json: no placeholder name for ${module.ModuleDescription}`);
  return name;
}

function readData(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../sandbox/data/${name}`, import.meta.url), 'utf8'));
}
