import { findPlanModule, isNamedPlan, isPlanModule } from '../catalogue/plan-modules.ts';
import { type DetectedTier, type PerSolution, solutions } from '../catalogue/solutions.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import { countFree } from '../licenses/license-counts.ts';
import type { PlanRow, TenantLicenseIndex, TenantPlanRow } from '../licenses/license-index.ts';
import { isBilledByUse } from './billed-by-use.ts';
import { combineTiers, detectTiers, type TierIndicators } from './detect-tiers.ts';

/**
 * How to get a seat of a plan. `assign`: a seat is free; `by-use`: seats are not counted, the tenant pays for those in use;
 * `buy`: no seat is free; `ask`: unknown, because the seats are not reported, the tenant's row is possibly another tier, or
 * a seat alone is not sufficient.
 */
export type Seat = 'assign' | 'by-use' | 'buy' | 'ask';

/** A plan row of the tenant and the availability of its seats. */
interface PlanWithSeat {
  readonly row: PlanRow;
  readonly seat: Seat;
}

/** A plan row with its detected tiers. */
interface PurchasedPlan extends PlanWithSeat {
  readonly tiers: PerSolution<DetectedTier>;
}

/** The purchased user plans of a tenant. */
export interface PurchasedPlans {
  readonly plans: readonly PurchasedPlan[];
  /** The seat availability of a plan without a row in the tenant. */
  readonly seatIfNotPurchased: Seat;
}

/** Finds the purchased current user plans of a tenant. */
export function findPurchasedPlans(
  tenant: TenantLicenseIndex,
  assumed: TierIndicators & { readonly billedByUseFrom: number },
): PurchasedPlans {
  const { rows, seatIfNotPurchased } = findPlanRows(tenant, assumed.billedByUseFrom);
  const plans = rows.flatMap(({ row, seat }) => {
    const { name } = row;
    if (!isPlanModule(name)) return [];
    const sources = { modules: new Set(row.set), site: tenant.modules };
    return [{ row, seat, tiers: combineTiers(detectTiers({ ...row, name }, sources, assumed)) }];
  });
  return { plans, seatIfNotPurchased };
}

/** Finds the seats of all plan rows of a tenant, without their numbers: two tenants with equal ones have the same plans. */
export function findPlanRows(
  tenant: TenantLicenseIndex,
  billedByUseFrom: number,
): Omit<PurchasedPlans, 'plans'> & { readonly rows: readonly PlanWithSeat[] } {
  const byUse = isBilledByUse(tenant.plans, billedByUseFrom);
  // A plan row with an undocumented name is possibly the requested plan.
  const undocumented = tenant.plans.some(({ name }) => !isNamedPlan(name));
  return {
    rows: tenant.plans.map((plan) => {
      const { name, description, set } = plan;
      return { row: { name, description, set }, seat: getSeat(plan, byUse) };
    }),
    seatIfNotPurchased: undocumented || byUse || !tenant.licensesKnown ? 'ask' : 'buy',
  };
}

/**
 * Returns the tenant's rows of exactly this plan. Both tiers share a module name, so the detected tiers must match too.
 */
export function licenseRowsForPlan({ plans }: PurchasedPlans, plan: UserPlan): readonly PurchasedPlan[] {
  const module = findPlanModule(plan.tiers);
  const named = plans.filter(({ row }) => row.name === module);
  return named.filter(({ tiers }) => solutions.every((each) => tiers[each] === plan.tiers[each]));
}

/**
 * Finds the seat availability of a plan in this tenant (docs/superoffice/user-plans.md#11-administration).
 */
export function findSeat(purchasedPlans: PurchasedPlans, plan: UserPlan): Seat {
  const module = findPlanModule(plan.tiers);
  const named = purchasedPlans.plans.some(({ row }) => row.name === module);
  return named
    ? findBestSeat(licenseRowsForPlan(purchasedPlans, plan).map(({ seat }) => seat))
    : purchasedPlans.seatIfNotPurchased;
}

// An administrator cannot assign a hidden license
// (docs/superoffice/licenses.md#2-carriers-and-tables).
function getSeat(row: TenantPlanRow, byUse: boolean): Seat {
  if (row.hidden) return 'ask';
  if (row.unrestricted) return 'assign';
  if (byUse) return 'by-use';
  const free = countFree(row);
  if (free === null) return 'ask';
  return free > 0 ? 'assign' : 'buy';
}

// A plan can have several versions; a seat in any of them is sufficient.
function findBestSeat(seats: readonly Seat[]): Seat {
  if (seats.includes('assign')) return 'assign';
  if (seats.includes('by-use')) return 'by-use';
  return seats.length > 0 && seats.every((seat) => seat === 'buy') ? 'buy' : 'ask';
}
