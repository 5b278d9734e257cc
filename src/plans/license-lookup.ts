import type { GrantedLicense, ModuleLicense, TenantLicenses, UserLicenses } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';
import { moduleName, ofSuperOffice } from './module-names.ts';

/** A license row that is a user plan: its compared name, what it is called, and what its `set=` assigns. */
export interface PlanRow {
  readonly name: string;
  readonly description: string;
  readonly set: readonly string[];
}

/** What is licensed for one user, by compared module name; only modules of owner SUPEROFFICE. */
export interface LicenseLookup {
  readonly site: ReadonlySet<string>;
  /** False where nobody told the site licenses: then a name missing in `site` proves nothing. */
  readonly siteTold: boolean;
  readonly user: ReadonlySet<string>;
  /** False where nothing or no plan's set was told: then a name missing in `user` proves nothing. */
  readonly userTold: boolean;
  /** The user's plan rows. */
  readonly plans: readonly PlanRow[];
}

/** The user plan rows of a tenant's license (ExtraFlags 1, licences.md 4). */
export function planRowsOf(tenant: TenantLicenses | null): readonly (PlanRow & ModuleLicense)[] {
  return ofSuperOffice(tenant?.modules ?? [])
    .filter((row) => row.extraFlags === 1)
    .map((row) => ({ ...row, name: moduleName(row.name), set: parseLicenseSet(row.extraInfo) }));
}

/** The compared names of a tenant's site licenses; a row of unknown scope gets the benefit of the doubt. */
export function siteModulesOf(tenant: TenantLicenses | null): ReadonlySet<string> {
  const rows = ofSuperOffice(tenant?.modules ?? []).filter(
    ({ scope }) => scope === 'site' || scope === 'unknown',
  );
  return new Set(rows.map((row) => moduleName(row.name)));
}

/**
 * Joins what the tenant bought with what the user was granted (licences.md 3).
 * A plan granted without its `set=` takes it from the tenant's row of the same name.
 */
export function lookUpLicenses(tenant: TenantLicenses | null, user: UserLicenses): LicenseLookup {
  const granted = ofSuperOffice(user.granted);
  const plans = assignedPlans(granted, planRowsOf(tenant));
  const grantedNames = granted.map((license) => moduleName(license.name));
  return {
    site: new Set([...siteModulesOf(tenant), ...grantedNames]),
    siteTold: tenant !== null || granted.some((license) => license.scope === 'site'),
    user: new Set([...grantedNames, ...plans.flatMap((plan) => plan.set)]),
    userTold: (tenant !== null || granted.length > 0) && plans.every((plan) => plan.set.length > 0),
    plans,
  };
}

function assignedPlans(
  granted: readonly GrantedLicense[],
  tenantPlans: readonly PlanRow[],
): readonly PlanRow[] {
  const names = new Set(
    granted.flatMap((license) => {
      const name = moduleName(license.name);
      return license.extraFlags === 1 || tenantPlans.some((row) => row.name === name) ? [name] : [];
    }),
  );
  return [...names].map((name) => {
    const grants = granted.filter((license) => moduleName(license.name) === name);
    const rows = tenantPlans.filter((row) => row.name === name);
    const toldByGrant = grants.flatMap((license) => parseLicenseSet(license.extraInfo));
    const set = toldByGrant.length > 0 ? toldByGrant : rows.flatMap((row) => row.set);
    const description = [...grants, ...rows].find((row) => row.description.trim() !== '')?.description ?? '';
    return { name, description, set: [...new Set(set)] };
  });
}
