import { isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import { sortedUnique } from './collections.ts';
import { findExpiredLicenses, type Granted } from './expired-licenses.ts';
import type { ModuleLicense, TenantLicenses, UserLicenses } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';
import { moduleName, onlySuperOffice } from './module-names.ts';

/** A license row that is a user plan: its compared name, what it is called, and what its `set=` assigns. */
export interface PlanRow {
  readonly name: string;
  readonly description: string;
  readonly set: readonly string[];
}

/** A plan row of the tenant's license, with everything bought of it. */
export type TenantPlanRow = PlanRow & Pick<ModuleLicense, 'unrestricted' | 'hidden' | 'seats'>;

/** What a tenant bought, by compared module name; only modules of owner SUPEROFFICE. */
export interface TenantLicenseIndex {
  /**
   * Everything bought, to be asked for names of site licenses. Their own scope is not asked: `nebula` is described as
   * a site license and declared as a user license (license name constants).
   */
  readonly modules: ReadonlySet<string>;
  /** False where not everything was told: then a name missing in `modules` proves nothing. */
  readonly licensesKnown: boolean;
  /**
   * The user plan rows: ExtraFlags 1, or a documented name
   * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo and #5-plans-and-tier-detection).
   */
  readonly plans: readonly TenantPlanRow[];
}

/** What is licensed for one user, by compared module name; only modules of owner SUPEROFFICE. */
export interface LicenseIndex {
  readonly site: ReadonlySet<string>;
  /** False where nobody told the site licenses: then a name missing in `site` proves nothing. */
  readonly siteLicensesKnown: boolean;
  readonly user: ReadonlySet<string>;
  /** False where not all licenses or not a plan's set were told: then a name missing in `user` proves nothing. */
  readonly userLicensesKnown: boolean;
  /** The user's plan rows. */
  readonly plans: readonly PlanRow[];
  /** The day each license lapsed that is granted in no version that still counts. */
  readonly expired: ReadonlyMap<string, string>;
}

/** Indexes what a tenant bought; null where SuperOffice refused to tell. */
export function indexTenantLicenses(tenant: TenantLicenses | null): TenantLicenseIndex {
  const rows = onlySuperOffice(tenant?.modules ?? []);
  return {
    modules: new Set(rows.map((row) => moduleName(row.name))),
    licensesKnown: tenant?.complete === true && rows.length > 0,
    plans: rows
      .filter((row) => isPlanRow(moduleName(row.name), row))
      .map(({ name, description, extraInfo, unrestricted, hidden, seats }) => {
        const set = parseLicenseSet(extraInfo);
        return { name: moduleName(name), description, set, unrestricted, hidden, seats };
      }),
  };
}

/**
 * Joins what the tenant bought with what the user was granted (docs/superoffice/licenses.md#3-endpoints).
 * `today` is `YYYY-MM-DD`. A plan granted without its `set=` takes it from the tenant's row of the same name.
 */
export function indexLicenses(tenant: TenantLicenseIndex, user: UserLicenses, today: string): LicenseIndex {
  const granted = onlySuperOffice(user.granted).map((license) => ({
    name: moduleName(license.name),
    license,
  }));
  const names = granted.map(({ name }) => name);
  const plans = assignedPlans(granted, tenant.plans);
  const knownFromSite = user.complete && granted.some(({ license }) => license.scope === 'site');
  return {
    site: names.every((name) => tenant.modules.has(name))
      ? tenant.modules
      : new Set([...tenant.modules, ...names]),
    siteLicensesKnown: tenant.licensesKnown || knownFromSite,
    user: new Set([...names, ...plans.flatMap((plan) => plan.set)]),
    userLicensesKnown:
      user.complete && plans.every(({ name, set }) => set.length > 0 || name === noPlanModule),
    plans,
    expired: findExpiredLicenses(granted, plans, today),
  };
}

function assignedPlans(granted: readonly Granted[], tenantPlans: readonly PlanRow[]): readonly PlanRow[] {
  const held = granted.filter(
    ({ name, license }) => isPlanRow(name, license) || tenantPlans.some((row) => row.name === name),
  );
  return sortedUnique(held.map(({ name }) => name)).map((name) => {
    const grants = held.filter((each) => each.name === name).map(({ license }) => license);
    const rows = tenantPlans.filter((row) => row.name === name);
    const knownFromGrant = grants.flatMap((license) => parseLicenseSet(license.extraInfo));
    const granting = firstDescription(grants);
    const set = knownFromGrant.length > 0 ? knownFromGrant : setFrom(rows, granting);
    return { name, description: granting ?? firstDescription(rows) ?? '', set: sortedUnique(set) };
  });
}

// Several versions may be called differently, and no order of licenses means anything.
function firstDescription(told: readonly { readonly description: string }[]): string | undefined {
  return sortedUnique(told.map(({ description }) => description)).find((each) => each.trim() !== '');
}

// One name may occur in several versions. Where their sets differ, only the description tells which was granted.
function setFrom(rows: readonly PlanRow[], description: string | undefined): readonly string[] {
  const told = rows.filter(({ set }) => set.length > 0);
  const described = told.filter((row) => row.description === description);
  const [first, ...others] = (described.length > 0 ? described : told).map(({ set }) => set);
  const same = others.every((other) => sortedUnique(other).join() === sortedUnique(first ?? []).join());
  return first !== undefined && same ? first : [];
}
