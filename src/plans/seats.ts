import type { ModuleLicense, TenantLicenses } from './license-data.ts';
import { planRowsOf, siteModulesOf } from './license-lookup.ts';
import { isOldPlanModule, isPlanModule, noPlanModule, planModuleFor } from './plan-modules.ts';
import { findTiers, tiersFrom } from './plan-tiers.ts';
import { solutions } from './solutions.ts';
import type { UserPlan } from './user-plans.ts';

/**
 * `assign`: a seat is free now; `buy`: none is; `ask`: nobody told, the tenant's row may be another tier, or a seat
 * alone would not do.
 */
export type Seat = 'assign' | 'buy' | 'ask';

/** Tells what it takes to give somebody a plan. */
export type SeatFor = (plan: UserPlan) => Seat;

/**
 * What it takes to give somebody a plan in this tenant (user-plans.md 11): one name serves both tiers, so a row
 * counts only if its own tiers are found to be the wanted ones. `tenant` is null where its license was refused.
 */
export function seatsIn(tenant: TenantLicenses | null): SeatFor {
  if (tenant === null) return () => 'ask';
  const site = siteModulesOf(tenant);
  const planRows = planRowsOf(tenant);
  const undocumented = planRows.some(
    ({ name }) => !isPlanModule(name) && !isOldPlanModule(name) && name !== noPlanModule,
  );
  const rows = planRows.flatMap((row) => {
    const { name, set } = row;
    if (!isPlanModule(name)) return [];
    return [
      {
        name,
        seat: seatOf(row),
        tiers: tiersFrom(findTiers({ ...row, name }, { modules: new Set(set), site })),
      },
    ];
  });
  return (plan) => {
    const named = rows.filter((row) => row.name === planModuleFor(plan.tiers));
    // A plan row of a name nobody documented may be the wanted one.
    if (named.length === 0) return undocumented ? 'ask' : 'buy';
    const fitting = named.filter(({ tiers }) => solutions.every((each) => tiers[each] === plan.tiers[each]));
    return easiest(fitting.map((row) => row.seat));
  };
}

function seatOf(row: ModuleLicense): Seat {
  if (row.unrestricted) return 'assign';
  if (row.seats === null) return 'ask';
  return row.seats.free > 0 ? 'assign' : 'buy';
}

// One name may occur in several versions: a seat in any of them will do.
function easiest(seats: readonly Seat[]): Seat {
  if (seats.includes('assign')) return 'assign';
  return seats.length > 0 && seats.every((seat) => seat === 'buy') ? 'buy' : 'ask';
}
