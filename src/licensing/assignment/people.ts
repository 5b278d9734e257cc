import type { FeatureKey } from '../catalogue/feature-keys.ts';
import { type PerSolution, type PlanTier, perSolution, solutions, tierRank } from '../catalogue/solutions.ts';
import { type PlanKey, userPlans } from '../catalogue/user-plans.ts';
import type { HeldPlan } from '../plans/identify-plan.ts';

/** What an administrator requires for a person: at least the tiers of a plan, or exactly this plan. */
export interface Pin {
  readonly kind: 'at-least' | 'exactly';
  readonly plan: PlanKey;
}

/** A user of the tenant. */
export interface Person {
  readonly associateId: number;
  readonly plan: HeldPlan;
  readonly pin: Pin | null;
  /** What the person asked for. */
  readonly requests: { readonly features: readonly FeatureKey[]; readonly plans: readonly PlanKey[] };
}

/** People for whom every plan means the same. */
export interface PeopleGroup extends Omit<Person, 'associateId'> {
  /** Sorted. */
  readonly associateIds: readonly number[];
}

/**
 * Groups people with the same plan, pin and requests. The order of `people` does not matter.
 */
export function groupPeople(people: readonly Person[]): readonly PeopleGroup[] {
  const groups = new Map<string, Person[]>();
  for (const person of people) {
    const key = groupKey(person);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [person]);
    else group.push(person);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => {
      const [first] = members;
      if (first === undefined) return [];
      const associateIds = members.map(({ associateId }) => associateId).sort((a, b) => a - b);
      const { plan, pin, requests } = first;
      return [{ plan, pin, requests, associateIds }];
    });
}

function groupKey({ plan, pin, requests }: Person): string {
  const asked = [...new Set<string>([...requests.features, ...requests.plans])].sort();
  return `${plan} ${pin?.kind ?? ''} ${pin?.plan ?? ''} ${asked.join()}`;
}

const noTiers = perSolution((): PlanTier => 'none');
const tiersByPlan = new Map<HeldPlan, PerSolution<PlanTier>>(userPlans.map(({ key, tiers }) => [key, tiers]));

/** The tiers of a plan that a person holds; none if there is no plan or it is unknown. */
export function heldTiers(plan: HeldPlan): PerSolution<PlanTier> {
  return tiersByPlan.get(plan) ?? noTiers;
}

/** The number of tier steps that `to` is below `from`, summed over the solutions. */
export function countTiersBelow(from: PerSolution<PlanTier>, to: PerSolution<PlanTier>): number {
  return solutions.reduce((sum, each) => sum + Math.max(0, tierRank(from[each]) - tierRank(to[each])), 0);
}

/** Whether a plan is allowed by a pin. */
export function satisfiesPin(plan: PlanKey, pin: Pin | null): boolean {
  if (pin === null) return true;
  if (pin.kind === 'exactly') return plan === pin.plan;
  return countTiersBelow(heldTiers(pin.plan), heldTiers(plan)) === 0;
}
