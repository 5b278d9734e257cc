import { isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import { sortedUnique } from './collections.ts';
import { findExpiredLicenses, type NormalizedGrant } from './expired-licenses.ts';
import type { ModuleLicense, TenantLicenses, UserLicenses } from './license-data.ts';
import { parseLicenseSet } from './license-set.ts';
import { normalizeModuleName, onlySuperOffice } from './module-names.ts';

/** A license row that is a user plan: its normalized name, its description and the licenses its `set=` assigns. */
export interface PlanRow {
  readonly name: string;
  readonly description: string;
  readonly set: readonly string[];
}

/** A plan row of the tenant's license, with its seats. */
export type TenantPlanRow = PlanRow & Pick<ModuleLicense, 'purchased' | 'unrestricted' | 'hidden' | 'seats'>;

/** The licenses of a tenant by normalized module name; only modules of owner SUPEROFFICE. */
export interface TenantLicenseIndex {
  /**
   * All purchased modules, for lookups of site licenses. The scope of a row is ignored: `nebula` is described as a site
   * license and declared as a user license (license name constants).
   */
  readonly modules: ReadonlySet<string>;
  /** Whether all modules are known. Otherwise a name missing from `modules` can still be licensed. */
  readonly licensesKnown: boolean;
  /**
   * The user plan rows: those with ExtraFlags 1 or a documented plan name
   * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo and #5-plans-and-tier-detection).
   */
  readonly plans: readonly TenantPlanRow[];
}

/** The licenses that apply to one user, by normalized module name; only modules of owner SUPEROFFICE. */
export interface LicenseIndex {
  readonly site: ReadonlySet<string>;
  /** Whether all site licenses are known. Otherwise a name missing from `site` can still be licensed. */
  readonly siteLicensesKnown: boolean;
  readonly user: ReadonlySet<string>;
  /**
   * Whether all user licenses and the sets of all plans are known. Otherwise a name missing from `user` can still be
   * licensed.
   */
  readonly userLicensesKnown: boolean;
  /** The user's plan rows. */
  readonly plans: readonly PlanRow[];
  /** The last day of each expired license; a license with a version that is still valid is not expired. */
  readonly expired: ReadonlyMap<string, string>;
}

/** Indexes the licenses of a tenant. `tenant` is null if SuperOffice refused access to them. */
export function indexTenantLicenses(tenant: TenantLicenses | null): TenantLicenseIndex {
  const rows = onlySuperOffice(tenant?.modules ?? []);
  return {
    modules: new Set(rows.map((row) => normalizeModuleName(row.name))),
    licensesKnown: tenant?.complete === true && rows.length > 0,
    plans: rows
      .filter((row) => isPlanRow(normalizeModuleName(row.name), row))
      .map(({ name, description, extraInfo, purchased, unrestricted, hidden, seats }) => {
        const set = parseLicenseSet(extraInfo);
        return { name: normalizeModuleName(name), description, set, purchased, unrestricted, hidden, seats };
      }),
  };
}

/**
 * Joins the licenses of the tenant with the licenses granted to the user (docs/superoffice/licenses.md#3-endpoints).
 * `today` is `YYYY-MM-DD`. If a plan is granted without its `set=`, the set comes from the tenant's row of the same name.
 */
export function indexLicenses(tenant: TenantLicenseIndex, user: UserLicenses, today: string): LicenseIndex {
  const granted = onlySuperOffice(user.granted).map((license) => ({
    name: normalizeModuleName(license.name),
    license,
  }));
  const names = granted.map(({ name }) => name);
  const plans = findAssignedPlans(granted, tenant.plans);
  const siteLicensesGranted = user.complete && granted.some(({ license }) => license.scope === 'site');
  return {
    site: names.every((name) => tenant.modules.has(name))
      ? tenant.modules
      : new Set([...tenant.modules, ...names]),
    siteLicensesKnown: tenant.licensesKnown || siteLicensesGranted,
    user: new Set([...names, ...plans.flatMap((plan) => plan.set)]),
    userLicensesKnown:
      user.complete && plans.every(({ name, set }) => set.length > 0 || name === noPlanModule),
    plans,
    expired: findExpiredLicenses(granted, plans, today),
  };
}

function findAssignedPlans(
  granted: readonly NormalizedGrant[],
  tenantPlans: readonly PlanRow[],
): readonly PlanRow[] {
  const planGrants = granted.filter(
    ({ name, license }) => isPlanRow(name, license) || tenantPlans.some((row) => row.name === name),
  );
  return sortedUnique(planGrants.map(({ name }) => name)).map((name) => {
    const grants = planGrants.filter((each) => each.name === name).map(({ license }) => license);
    const rows = tenantPlans.filter((row) => row.name === name);
    const grantedSet = grants.flatMap((license) => parseLicenseSet(license.extraInfo));
    const description = firstDescription(grants);
    const set = grantedSet.length > 0 ? grantedSet : findSet(rows, description);
    return { name, description: description ?? firstDescription(rows) ?? '', set: sortedUnique(set) };
  });
}

// Versions of a plan can have different descriptions, and the order of licenses has no meaning.
function firstDescription(rows: readonly { readonly description: string }[]): string | undefined {
  return sortedUnique(rows.map(({ description }) => description)).find((each) => each.trim() !== '');
}

// A plan can have several versions. If their sets differ, only the description identifies the granted one.
function findSet(rows: readonly PlanRow[], description: string | undefined): readonly string[] {
  const withSet = rows.filter(({ set }) => set.length > 0);
  const described = withSet.filter((row) => row.description === description);
  const [first, ...others] = (described.length > 0 ? described : withSet).map(({ set }) => set);
  const isSame = others.every((other) => sortedUnique(other).join() === sortedUnique(first ?? []).join());
  return first !== undefined && isSame ? first : [];
}
