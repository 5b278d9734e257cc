import {
  type FoundTier,
  type PerSolution,
  type PlanTier,
  solutions,
  tierRank,
} from '../catalogue/solutions.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import type { FeatureRule, Rules } from '../entitlements/rules.ts';
import { sortedUnique } from '../licenses/collections.ts';
import type { TenantLicenseIndex } from '../licenses/license-index.ts';
import { contains } from '../plans/minimal-upgrades.ts';
import { licenseRowsForPlan, type PurchasedPlans } from '../plans/seat-availability.ts';

/** What a plan is known to assign. */
export interface KnownPlan {
  readonly tiers: PerSolution<FoundTier>;
  readonly set: readonly string[];
}

/** The licenses that come with a plan. */
export interface PlanLicenses {
  /** Whether the tenant's own row of this plan tells them, or only the catalogue. */
  readonly from: 'tenant' | 'catalogue';
  readonly user: readonly string[];
  /** Site licenses its features need and the tenant lacks; of alternatives the first. */
  readonly missingSite: readonly string[];
}

/**
 * The licenses that come with a plan. What SuperOffice puts in most plans is not published
 * (docs/superoffice/licenses.md#10-unknown): the tenant's own row of it tells; else what its features need by
 * the catalogue, and what the lesser plans that the tenant bought, and the one the user holds, are known to
 * have.
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
  held: KnownPlan,
): PlanLicenses {
  const contained = [...rules.features.values()].filter(({ rows }) =>
    rows.some((row) => contains(plan.tiers, row)),
  );
  const missingSite = sortedUnique(contained.flatMap((rule) => missingSiteLicense(rule, licenseIndex)));
  const own = sortedUnique(licenseRowsForPlan(purchasedPlans, plan).flatMap(({ row }) => row.set));
  if (own.length > 0) return { from: 'tenant', user: own, missingSite };
  const lesser = [...purchasedPlans.plans.map(({ row, tiers }) => ({ set: row.set, tiers })), held];
  const user = [
    ...contained.flatMap((rule) => rule.user),
    ...lesser.flatMap(({ set, tiers }) => (isWithin(tiers, plan.tiers) ? set : [])),
  ];
  return { from: 'catalogue', user: sortedUnique(user), missingSite };
}

function isWithin(tiers: PerSolution<FoundTier>, most: PerSolution<PlanTier>): boolean {
  return solutions.every(
    (each) => tiers[each] !== 'unknown' && tierRank(tiers[each]) <= tierRank(most[each]),
  );
}

function missingSiteLicense({ site }: FeatureRule, { modules }: TenantLicenseIndex): readonly string[] {
  return site.some((name) => modules.has(name)) ? [] : site.slice(0, 1);
}
