import type { PlanKey } from '../../licensing/catalogue/user-plans.ts';
import type { TenantEntitlements } from '../../licensing/entitlement-engine.ts';

/** The free seats by plan; several rows of a plan count together. */
export function countFreeSeats(entitlements: TenantEntitlements): (plan: PlanKey) => number | null {
  const free = new Map<PlanKey, number>();
  for (const seats of entitlements.identifiedSeats())
    if (seats.key !== null && typeof seats.free === 'number')
      free.set(seats.key, (free.get(seats.key) ?? 0) + seats.free);
  return (plan) => free.get(plan) ?? null;
}
