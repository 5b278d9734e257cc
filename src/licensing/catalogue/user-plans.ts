import {
  type DetectedTier,
  type PerSolution,
  type PlanTier,
  perSolution,
  type Solution,
  solutions,
  type Tier,
} from './solutions.ts';

/** The 26 user plans in the order SuperOffice publishes them (docs/superoffice/user-plans.md#4-plans). */
export const planKeys = [
  'sales-essential',
  'sales-premium',
  'service-essential',
  'service-premium',
  'marketing-essential',
  'marketing-premium',
  'sales-essential+service-essential',
  'sales-essential+service-essential+marketing-essential',
  'sales-essential+service-essential+marketing-premium',
  'sales-essential+service-premium',
  'sales-essential+service-premium+marketing-essential',
  'sales-essential+service-premium+marketing-premium',
  'sales-essential+marketing-essential',
  'sales-essential+marketing-premium',
  'sales-premium+service-essential',
  'sales-premium+service-essential+marketing-essential',
  'sales-premium+service-essential+marketing-premium',
  'sales-premium+service-premium',
  'sales-premium+service-premium+marketing-essential',
  'sales-premium+service-premium+marketing-premium',
  'sales-premium+marketing-essential',
  'sales-premium+marketing-premium',
  'service-essential+marketing-essential',
  'service-essential+marketing-premium',
  'service-premium+marketing-essential',
  'service-premium+marketing-premium',
] as const;

/** One of the 26 user plans, such as `sales-premium+service-essential`. */
export type PlanKey = (typeof planKeys)[number];

/** A user plan: its key, the tier of each solution, and its label, which is English in every language. */
export interface UserPlan {
  readonly key: PlanKey;
  readonly tiers: PerSolution<PlanTier>;
  readonly label: string;
}

const solutionNames: PerSolution<string> = { sales: 'Sales', service: 'Service', marketing: 'Marketing' };
const tierNames: Readonly<Record<Tier, string>> = { essential: 'Essentials', premium: 'Premium' };

function parseTier(key: PlanKey, solution: Solution): PlanTier {
  const parts: readonly string[] = key.split('+');
  if (parts.includes(`${solution}-premium`)) return 'premium';
  return parts.includes(`${solution}-essential`) ? 'essential' : 'none';
}

function toLabel(tiers: PerSolution<PlanTier>): string {
  const parts = solutions.flatMap((solution) => {
    const tier = tiers[solution];
    return tier === 'none' ? [] : [`${solutionNames[solution]}-${tierNames[tier]}`];
  });
  return parts.join(' + ');
}

function toUserPlan(key: PlanKey): UserPlan {
  const tiers = perSolution((solution) => parseTier(key, solution));
  return { key, tiers, label: toLabel(tiers) };
}

/** The 26 user plans with their tiers and labels. */
export const userPlans: readonly UserPlan[] = planKeys.map(toUserPlan);

const plansByKey = new Map(userPlans.map((plan) => [plan.key, plan]));

/** Returns the user plan of a key. */
export function getUserPlan(key: PlanKey): UserPlan {
  return plansByKey.get(key) ?? toUserPlan(key);
}

/** Finds the user plan with exactly these tiers; null if a tier is unknown or no solution is included. */
export function findUserPlan(tiers: PerSolution<DetectedTier>): UserPlan | null {
  return userPlans.find((plan) => solutions.every((each) => plan.tiers[each] === tiers[each])) ?? null;
}
