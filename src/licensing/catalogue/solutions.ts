/**
 * The three solutions, in the order SuperOffice names them in a plan
 * (docs/superoffice/user-plans.md#2-solutions-tiers-and-add-ons).
 */
export const solutions = ['sales', 'service', 'marketing'] as const;

/** One of the three solutions a user plan is made of. */
export type Solution = (typeof solutions)[number];

/**
 * The tier of a solution; premium contains essential
 * (docs/superoffice/user-plans.md#2-solutions-tiers-and-add-ons, inferred).
 */
export type Tier = 'essential' | 'premium';

/** The tier of a solution in a plan; `none` if the plan does not include the solution. */
export type PlanTier = Tier | 'none';

/** The tier found for a user; `unknown` if the user has the solution but its tier cannot be detected. */
export type DetectedTier = PlanTier | 'unknown';

/** A value for each of the three solutions. */
export type PerSolution<T> = Readonly<Record<Solution, T>>;

const ranks = { none: 0, essential: 1, premium: 2 } as const satisfies Record<PlanTier, number>;

/** Returns how many steps a tier is above none: 0, 1 or 2. */
export function tierRank(tier: PlanTier): number {
  return ranks[tier];
}

/** Computes a value for each solution. */
export function perSolution<T>(getValue: (solution: Solution) => T): PerSolution<T> {
  return { sales: getValue('sales'), service: getValue('service'), marketing: getValue('marketing') };
}
