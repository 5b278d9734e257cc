import type { SuiteAvailability } from '../catalogue/suite-availability.ts';
import { suiteReaches } from '../catalogue/suite-plans.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import { contains, findMinimalPlans, type Upgrade } from '../plans/minimal-upgrades.ts';
import { type PurchasedPlans, type Seat, seatFor } from '../plans/seat-availability.ts';
import type { PurchasedPlanFeatures } from './purchased-plan-features.ts';
import type { FeatureRule } from './rules.ts';

/** The least changes that add all of these features to what somebody holds. */
export type FindUpgrades = (
  requestedFeatures: readonly FeatureRule[],
  held: DetectedPlan | null,
) => readonly Upgrade[];

/** Finds upgrades and remembers them: users of a tenant hold few different plans. */
export function memoizeUpgrades(
  purchasedPlans: PurchasedPlans,
  featuresOf: PurchasedPlanFeatures,
): FindUpgrades {
  const found = new Map<string, readonly Upgrade[]>();
  return (requestedFeatures, held) => {
    const key = keyOf(requestedFeatures, held);
    const upgrades = found.get(key) ?? findUpgrades({ purchasedPlans, featuresOf }, requestedFeatures, held);
    found.set(key, upgrades);
    return upgrades;
  };
}

/**
 * What is published of a plan advises it, and so does the tenant's own row of it where that has more. What a plan the
 * tenant has not bought may have beyond the published is no advice.
 */
function findUpgrades(
  {
    purchasedPlans,
    featuresOf,
  }: { readonly purchasedPlans: PurchasedPlans; readonly featuresOf: PurchasedPlanFeatures },
  requestedFeatures: readonly FeatureRule[],
  held: DetectedPlan | null,
): readonly Upgrade[] {
  if (requestedFeatures.length === 0) return [];
  if (held?.kind === 'suite')
    return [suiteUpgrade(requestedFeatures.map(({ suiteAvailability }) => suiteAvailability).reduce(most))];
  const has = (plan: UserPlan, { feature }: FeatureRule) => featuresOf(plan)?.has(feature);
  // The user's own plan is no way to what the user lacks, whatever the tenant's row of it has.
  const gives = (plan: UserPlan, isOwn: boolean) =>
    requestedFeatures.every(
      (rule) =>
        rule.grantingRows.some((row) => contains(plan.tiers, row)) || (!isOwn && has(plan, rule) === true),
    );
  return findMinimalPlans(held, gives).map(({ plan, ...distance }) => {
    const lacks = requestedFeatures.some((rule) => has(plan, rule) === false);
    const seat = seatFor(purchasedPlans, plan);
    return { kind: 'user-plan', plan: plan.key, ...distance, seat: lacks ? asked(seat) : seat };
  });
}

/**
 * The Suite plan that would add a feature: all users of a tenant share one
 * (docs/superoffice/user-plans.md#8-crm-suite).
 */
function suiteUpgrade({ from, possiblyFrom }: SuiteAvailability): Upgrade {
  return { kind: 'suite-plan', plan: from, possiblyFrom };
}

// Two features together need the higher plan of each kind.
function most(a: SuiteAvailability, b: SuiteAvailability): SuiteAvailability {
  const higher = (x: SuiteAvailability['from'], y: SuiteAvailability['from']) => (suiteReaches(x, y) ? x : y);
  const from = higher(a.from, b.from);
  const perhaps = higher(a.possiblyFrom ?? a.from, b.possiblyFrom ?? b.from);
  return { from, possiblyFrom: perhaps === from ? null : perhaps, confidence: 'inferred' };
}

// Of what somebody holds only the model and the tiers count.
function keyOf(requestedFeatures: readonly FeatureRule[], held: DetectedPlan | null): string {
  const tiers = held !== null && 'tiers' in held ? Object.values(held.tiers).join() : '';
  return `${held?.kind} ${tiers} ${requestedFeatures.map(({ feature }) => feature).join()}`;
}

// A free seat alone brings nothing that the tenant, or its row of the plan, lacks.
function asked(seat: Seat): Seat {
  return seat === 'assign' ? 'ask' : seat;
}
