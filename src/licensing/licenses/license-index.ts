import { isPlanRow, noPlanModule } from '../catalogue/plan-modules.ts';
import { sortedUnique } from './collections.ts';
import { findExpiredLicenses } from './expired-licenses.ts';
import type { GrantedLicense, ModuleLicense, TenantLicenses, UserLicenses } from './license-data.ts';
import { type NormalizedLicense, normalizeLicenses } from './normalized-license.ts';

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

/**
 * Indexes the licenses of a tenant. `tenant` is null if SuperOffice refused access to them; `rows` are its modules in normalized
 * form.
 */
export function indexTenantLicenses(
  tenant: TenantLicenses | null,
  rows = normalizeLicenses(tenant?.modules ?? []),
): TenantLicenseIndex {
  return {
    modules: new Set(rows.map(({ name }) => name)),
    licensesKnown: tenant?.complete === true && rows.length > 0,
    plans: rows
      .filter(({ name, license }) => isPlanRow(name, license))
      .map(({ name, set, license: { description, purchased, unrestricted, hidden, seats } }) => ({
        name,
        description,
        set,
        purchased,
        unrestricted,
        hidden,
        seats,
      })),
  };
}

/**
 * Joins the licenses of the tenant with the licenses granted to the user (docs/superoffice/licenses.md#3-endpoints).
 * `today` is `YYYY-MM-DD`, `granted` are the user's licenses in normalized form. If a plan is granted without its `set=`, the set
 * comes from the tenant's row of the same name.
 */
export function indexLicenses(
  tenant: TenantLicenseIndex,
  user: UserLicenses,
  today: string,
  granted = normalizeLicenses(user.granted),
): LicenseIndex {
  const plans = findAssignedPlans(granted, tenant.plans);
  return joinLicenses(tenant, { granted, plans, complete: user.complete }, today);
}

/** Like `indexLicenses`, of licenses whose plan rows are known and of which some may be missing. */
export function joinLicenses(
  tenant: TenantLicenseIndex,
  {
    granted,
    plans,
    complete,
  }: {
    readonly granted: readonly NormalizedLicense<GrantedLicense>[];
    readonly plans: readonly PlanRow[];
    readonly complete: boolean;
  },
  today: string,
): LicenseIndex {
  const names = granted.map(({ name }) => name);
  const siteLicensesGranted = complete && granted.some(({ license }) => license.scope === 'site');
  return {
    site: withNames(tenant.modules, names),
    siteLicensesKnown: tenant.licensesKnown || siteLicensesGranted,
    user: new Set([...names, ...plans.flatMap((plan) => plan.set)]),
    userLicensesKnown: complete && plans.every(({ name, set }) => set.length > 0 || name === noPlanModule),
    plans,
    expired: findExpiredLicenses(granted, plans, today),
  };
}

/** The set with more names; the same one if it has them. */
export function withNames(set: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> {
  return names.every((name) => set.has(name)) ? set : new Set([...set, ...names]);
}

function findAssignedPlans(
  granted: readonly NormalizedLicense<GrantedLicense>[],
  tenantPlans: readonly PlanRow[],
): readonly PlanRow[] {
  const planGrants = granted.filter(
    ({ name, license }) => isPlanRow(name, license) || tenantPlans.some((row) => row.name === name),
  );
  return sortedUnique(planGrants.map(({ name }) => name)).map((name) => {
    const grants = planGrants.filter((each) => each.name === name);
    const rows = tenantPlans.filter((row) => row.name === name);
    const grantedSet = grants.flatMap(({ set }) => set);
    const description = firstDescription(grants.map(({ license }) => license));
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
