import type { Module, Tenant, User } from './tenants.ts';

/**
 * The module names that a plan row enables: the `set=` command of its ExtraInfo
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
function planSet(plan: Module): string[] {
  return plan.ExtraInfo.startsWith('set=') ? plan.ExtraInfo.slice('set='.length).split(',') : [];
}

/** The names of all SuperOffice user licenses of a user: the plan, the modules it sets, and extra licenses. */
export function assignedNames(tenant: Tenant, user: User): Set<string> {
  const plan = tenant.modules.find((module) => module.ModuleName === user.plan);
  return new Set([...(plan ? [plan.ModuleName, ...planSet(plan)] : []), ...user.extraLicenses]);
}

/** The seats of one row. `total` = `free` + `inUse` (docs/superoffice/licenses.md#2-carriers-and-tables). */
export interface Seats {
  readonly total: number;
  readonly inUse: number;
  readonly free: number;
}

/**
 * Counts the seats of a row. A hidden license is in use as often as the plans that set it, including by users who
 * are not listed.
 */
export function countSeats(tenant: Tenant, module: Module): Seats {
  const inUse = module.LicenseType === 'SiteLicense' ? 0 : countInUse(tenant, module);
  const total = module.Unrestricted ? Math.max(module.NumberOfLicenses, inUse) : module.NumberOfLicenses;
  return { total, inUse, free: total - inUse };
}

function countInUse(tenant: Tenant, module: Module): number {
  const name = module.ModuleName;
  const plans = tenant.modules.filter((plan) => plan.ModuleName === name || planSet(plan).includes(name));
  const planNames = new Set<string | null>(plans.map((plan) => plan.ModuleName));
  const listed = tenant.users.filter(
    (user) => planNames.has(user.plan) || user.extraLicenses.includes(name),
  ).length;
  // A row whose use is published can be assigned as a plan.
  return plans
    .filter((plan) => plan.inUse !== undefined)
    .reduce((sum, plan) => sum + (tenant.unlistedUserCounts.get(plan.ModuleName) ?? 0), listed);
}
