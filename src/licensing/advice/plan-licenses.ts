import {
  type DetectedTier,
  type PerSolution,
  type PlanTier,
  solutions,
  tierRank,
} from '../catalogue/solutions.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import type { FeatureRule, Rules } from '../entitlements/rules.ts';
import { sortedUnique } from '../licenses/collections.ts';
import type { TenantLicenseIndex } from '../licenses/license-index.ts';
import { includesSection } from '../plans/minimal-upgrades.ts';
import { licenseRowsForPlan, type PurchasedPlans } from '../plans/seat-availability.ts';

/** The tiers of a plan and the user licenses it is known to assign. */
export interface KnownPlan {
  readonly tiers: PerSolution<DetectedTier>;
  readonly set: readonly string[];
}

/** The licenses that come with a plan. */
export interface PlanLicenses {
  /** `tenant`: read from the tenant's own row of this plan; `catalogue`: derived from the feature catalogue. */
  readonly from: 'tenant' | 'catalogue';
  readonly user: readonly string[];
  /** Site licenses that its features need and the tenant lacks; the first of several alternatives. */
  readonly missingSite: readonly string[];
}

/**
 * Finds the licenses that come with a plan. SuperOffice does not publish the contents of most plans
 * (docs/superoffice/licenses.md#10-unknown), so the tenant's own row of the plan decides. Without one, the licenses are
 * those its features need according to the catalogue, plus the known contents of lower plans: the plans the tenant has
 * purchased, and `current`, the user's plan.
 */
export function findPlanLicenses(
  plan: UserPlan,
  {
    rules,
    licenseIndex,
    purchasedPlans,
  }: {
    readonly rules: Rules;
    readonly licenseIndex: TenantLicenseIndex;
    readonly purchasedPlans: PurchasedPlans;
  },
  current: KnownPlan,
): PlanLicenses {
  const included = [...rules.features.values()].filter(({ rows }) =>
    rows.some((row) => includesSection(plan.tiers, row)),
  );
  const missingSite = sortedUnique(included.flatMap((rule) => missingSiteLicense(rule, licenseIndex)));
  const own = sortedUnique(licenseRowsForPlan(purchasedPlans, plan).flatMap(({ row }) => row.set));
  if (own.length > 0) return { from: 'tenant', user: own, missingSite };
  const lowerPlans = [...purchasedPlans.plans.map(({ row, tiers }) => ({ set: row.set, tiers })), current];
  const user = [
    ...included.flatMap((rule) => rule.user),
    ...lowerPlans.flatMap(({ set, tiers }) => (isWithin(tiers, plan.tiers) ? set : [])),
  ];
  return { from: 'catalogue', user: sortedUnique(user), missingSite };
}

function isWithin(tiers: PerSolution<DetectedTier>, upper: PerSolution<PlanTier>): boolean {
  return solutions.every(
    (each) => tiers[each] !== 'unknown' && tierRank(tiers[each]) <= tierRank(upper[each]),
  );
}

function missingSiteLicense({ site }: FeatureRule, { modules }: TenantLicenseIndex): readonly string[] {
  return site.some((name) => modules.has(name)) ? [] : site.slice(0, 1);
}
