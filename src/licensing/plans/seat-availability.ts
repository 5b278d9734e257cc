import { isNamedPlan, isPlanModule, planModuleFor } from '../catalogue/plan-modules.ts';
import { type FoundTier, type PerSolution, solutions } from '../catalogue/solutions.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import type { TenantLicenseIndex, TenantPlanRow } from '../licenses/license-index.ts';
import { detectTiers, type TierIndicators, tiersFrom } from './detect-tiers.ts';

/**
 * `assign`: a seat is free now; `buy`: none is; `ask`: nobody told, the tenant's row may be another tier, or a seat
 * alone would not do.
 */
export type Seat = 'assign' | 'buy' | 'ask';

/** A plan row of the tenant, the tiers found for it, and what it takes to give it to somebody. */
interface PurchasedPlan {
  readonly row: TenantPlanRow;
  readonly tiers: PerSolution<FoundTier>;
  readonly seat: Seat;
}

/** What a tenant bought of user plans. */
export interface PurchasedPlans {
  readonly plans: readonly PurchasedPlan[];
  /** What to answer for a plan of a name the tenant has not bought. */
  readonly otherwise: Seat;
}

/** The user plans of today a tenant bought. */
export function findPurchasedPlans(tenant: TenantLicenseIndex, assumed: TierIndicators): PurchasedPlans {
  const plans = tenant.plans.flatMap((row) => {
    const { name } = row;
    if (!isPlanModule(name)) return [];
    const sources = { modules: new Set(row.set), site: tenant.modules };
    return [{ row, tiers: tiersFrom(detectTiers({ ...row, name }, sources, assumed)), seat: seatOf(row) }];
  });
  // A plan row of a name nobody documented may be the wanted one.
  const undocumented = tenant.plans.some(({ name }) => !isNamedPlan(name));
  return { plans, otherwise: undocumented || !tenant.licensesKnown ? 'ask' : 'buy' };
}

/** The tenant's rows that are this very plan: one name serves both tiers, so the tiers found must be the wanted ones. */
export function licenseRowsForPlan({ plans }: PurchasedPlans, plan: UserPlan): readonly PurchasedPlan[] {
  const named = plans.filter(({ row }) => row.name === planModuleFor(plan.tiers));
  return named.filter(({ tiers }) => solutions.every((each) => tiers[each] === plan.tiers[each]));
}

/**
 * What it takes to give somebody a plan in this tenant (docs/superoffice/user-plans.md#11-administration).
 */
export function seatFor(purchasedPlans: PurchasedPlans, plan: UserPlan): Seat {
  const named = purchasedPlans.plans.some(({ row }) => row.name === planModuleFor(plan.tiers));
  return named
    ? easiest(licenseRowsForPlan(purchasedPlans, plan).map(({ seat }) => seat))
    : purchasedPlans.otherwise;
}

// A hidden license cannot be assigned by an administrator
// (docs/superoffice/licenses.md#2-carriers-and-tables).
function seatOf({ unrestricted, hidden, seats }: TenantPlanRow): Seat {
  if (hidden) return 'ask';
  if (unrestricted) return 'assign';
  if (seats === null) return 'ask';
  return seats.free > 0 ? 'assign' : 'buy';
}

// One name may occur in several versions: a seat in any of them will do.
function easiest(seats: readonly Seat[]): Seat {
  if (seats.includes('assign')) return 'assign';
  return seats.length > 0 && seats.every((seat) => seat === 'buy') ? 'buy' : 'ask';
}
