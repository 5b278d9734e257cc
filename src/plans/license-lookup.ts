import type { GrantedLicense, ModuleLicense, TenantLicenses, UserLicenses } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';
import { moduleName, ofSuperOffice } from './module-names.ts';
import { isOldPlanModule, isPlanModule, noPlanModule } from './plan-modules.ts';

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
  /** False where not all licenses or not a plan's set were told: then a name missing in `user` proves nothing. */
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

/**
 * The compared names of everything a tenant bought, to be asked for names of site licenses. Their own scope is not
 * asked: `nebula` is described as a site license and declared as a user license (license name constants).
 */
export function siteModulesOf(tenant: TenantLicenses | null): ReadonlySet<string> {
  return new Set(ofSuperOffice(tenant?.modules ?? []).map((row) => moduleName(row.name)));
}

/**
 * Joins what the tenant bought with what the user was granted (licences.md 3).
 * A plan granted without its `set=` takes it from the tenant's row of the same name.
 */
export function lookUpLicenses(tenant: TenantLicenses | null, user: UserLicenses): LicenseLookup {
  const granted = ofSuperOffice(user.granted);
  const plans = assignedPlans(granted, planRowsOf(tenant));
  const grantedNames = granted.map((license) => moduleName(license.name));
  const tenantModules = siteModulesOf(tenant);
  return {
    site: new Set([...tenantModules, ...grantedNames]),
    siteTold: tenantModules.size > 0 || (user.complete && granted.some(({ scope }) => scope === 'site')),
    user: new Set([...grantedNames, ...plans.flatMap((plan) => plan.set)]),
    userTold: user.complete && plans.every(({ name, set }) => set.length > 0 || name === noPlanModule),
    plans,
  };
}

/** Whether a name alone tells a plan, whatever its flags: values other than 0, 1 and 2 are not documented. */
function isNamedPlan(name: string): boolean {
  return isPlanModule(name) || isOldPlanModule(name) || name === noPlanModule;
}

function assignedPlans(
  granted: readonly GrantedLicense[],
  tenantPlans: readonly PlanRow[],
): readonly PlanRow[] {
  const names = new Set(
    granted.flatMap((license) => {
      const name = moduleName(license.name);
      const isPlan =
        license.extraFlags === 1 || isNamedPlan(name) || tenantPlans.some((row) => row.name === name);
      return isPlan ? [name] : [];
    }),
  );
  return [...names].map((name) => {
    const grants = granted.filter((license) => moduleName(license.name) === name);
    const rows = tenantPlans.filter((row) => row.name === name);
    const toldByGrant = grants.flatMap((license) => parseLicenseSet(license.extraInfo));
    const set = toldByGrant.length > 0 ? toldByGrant : setFrom(rows, grants[0]?.description);
    const description = [...grants, ...rows].find((row) => row.description.trim() !== '')?.description ?? '';
    return { name, description, set: [...new Set(set)] };
  });
}

// One name may occur in several versions. Where their sets differ, only the description tells which was granted.
function setFrom(rows: readonly PlanRow[], description: string | undefined): readonly string[] {
  const told = rows.filter(({ set }) => set.length > 0);
  const described = told.filter((row) => row.description === description);
  const [first, ...others] = (described.length > 0 ? described : told).map(({ set }) => set);
  const same = others.every((other) => sorted(other) === sorted(first ?? []));
  return first !== undefined && same ? first : [];
}

function sorted(names: readonly string[]): string {
  return names.toSorted().join();
}
