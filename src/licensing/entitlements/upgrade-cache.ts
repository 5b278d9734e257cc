import { isSuitePlanAtLeast } from '../catalogue/suite-plans.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import {
  findMinimalPlans,
  findPossiblePlans,
  includesSection,
  type PossiblePlan,
  type Upgrade,
} from '../plans/minimal-upgrades.ts';
import { findSeat, type PurchasedPlans, type Seat } from '../plans/seat-availability.ts';
import { sectionsFor } from './plan-sections.ts';
import type { PurchasedPlanFeatures } from './purchased-plan-features.ts';
import type { FeatureRule } from './rules.ts';

/** Finds the minimal plan changes that add all requested features to the current plan. */
export type FindUpgrades = (
  requestedFeatures: readonly FeatureRule[],
  current: DetectedPlan | null,
) => readonly Upgrade[];

/** What decides the upgrades of a tenant. */
export interface TenantPlans {
  readonly purchasedPlans: PurchasedPlans;
  readonly isInPurchasedPlan: PurchasedPlanFeatures;
  readonly siteLicenses: ReadonlySet<string>;
}

/** Memoizes upgrades by plan and features: the users of a tenant have few different plans. */
export function memoizeUpgrades(tenant: TenantPlans): FindUpgrades {
  const cache = new Map<string, readonly Upgrade[]>();
  const possiblePlans = new Map<string, readonly PossiblePlan[]>();
  return (requestedFeatures, current) => {
    if (requestedFeatures.length === 0) return [];
    const planKey = toPlanKey(current);
    const key = `${planKey} ${requestedFeatures.map(({ feature }) => feature).join()}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const possible = possiblePlans.get(planKey) ?? findPossiblePlans(current);
    possiblePlans.set(planKey, possible);
    const upgrades =
      current?.kind === 'suite'
        ? findSuiteUpgrade(requestedFeatures)
        : findUpgrades(tenant, requestedFeatures, possible);
    cache.set(key, upgrades);
    return upgrades;
  };
}

/**
 * A plan is suggested if it includes the features according to the published catalogue or to the tenant's own row of the
 * plan. Unpublished contents of plans without a row in the tenant are not considered.
 */
function findUpgrades(
  { purchasedPlans, isInPurchasedPlan, siteLicenses }: TenantPlans,
  requestedFeatures: readonly FeatureRule[],
  possible: readonly PossiblePlan[],
): readonly Upgrade[] {
  const requested = requestedFeatures.map((rule) => ({
    rule,
    sections: [...sectionsFor(rule, siteLicenses), ...rule.parentSections],
  }));
  // The user's own plan cannot add a feature the user lacks, so its row in the tenant is not considered.
  const isSufficient = (plan: UserPlan, isOwn: boolean) =>
    requested.every(
      ({ rule, sections }) =>
        sections.some((section) => includesSection(plan.tiers, section)) ||
        (!isOwn && isInPurchasedPlan(plan, rule) === true),
    );
  return findMinimalPlans(possible, isSufficient).map(({ plan, ...distance }) => {
    const lacks = requestedFeatures.some((rule) => isInPurchasedPlan(plan, rule) === false);
    const seat = findSeat(purchasedPlans, plan);
    return { kind: 'user-plan', plan: plan.key, ...distance, seat: lacks ? withoutAssign(seat) : seat };
  });
}

/**
 * The Suite plan that would add all features. All users of a tenant share one plan
 * (docs/superoffice/user-plans.md#8-crm-suite). Empty if no page names a plan for one of them.
 */
function findSuiteUpgrade(requestedFeatures: readonly FeatureRule[]): readonly Upgrade[] {
  const needed = requestedFeatures.flatMap(({ suiteAvailability }) => suiteAvailability?.from ?? []);
  if (needed.length < requestedFeatures.length) return [];
  const plan = needed.reduce((a, b) => (isSuitePlanAtLeast(a, b) ? a : b));
  return [{ kind: 'suite-plan', plan }];
}

// Only the model and the tiers of the current plan affect the result.
function toPlanKey(current: DetectedPlan | null): string {
  if (current === null || !('tiers' in current)) return String(current?.kind);
  const { sales, service, marketing } = current.tiers;
  return `${current.kind} ${sales} ${service} ${marketing}`;
}

// A seat alone does not add a feature that the tenant, or its row of the plan, lacks.
function withoutAssign(seat: Seat): Seat {
  return seat === 'assign' || seat === 'by-use' ? 'ask' : seat;
}
