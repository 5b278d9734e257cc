import type { SuiteNeed } from '../catalogue/suite-availability.ts';
import { suiteReaches } from '../catalogue/suite-plans.ts';
import type { UserPlan } from '../catalogue/user-plans.ts';
import type { RecognisedPlan } from '../plans/detect-plan.ts';
import { contains, leastPlansFor, type Upgrade } from '../plans/minimal-upgrades.ts';
import { type Seat, type SoldPlans, seatFor } from '../plans/seat-availability.ts';
import type { FeaturesOfSoldPlan } from './purchased-plan-features.ts';
import type { FeatureRule } from './rules.ts';

/** The least changes that add all of these features to what somebody holds. */
export type UpgradesTo = (wished: readonly FeatureRule[], held: RecognisedPlan | null) => readonly Upgrade[];

/** Finds upgrades and remembers them: users of a tenant hold few different plans. */
export function rememberedUpgrades(sold: SoldPlans, featuresOf: FeaturesOfSoldPlan): UpgradesTo {
  const found = new Map<string, readonly Upgrade[]>();
  return (wished, held) => {
    const key = keyOf(wished, held);
    const upgrades = found.get(key) ?? upgradesTo({ sold, featuresOf }, wished, held);
    found.set(key, upgrades);
    return upgrades;
  };
}

/**
 * What is published of a plan advises it, and so does the tenant's own row of it where that has more. What a plan the
 * tenant has not bought may have beyond the published is no advice.
 */
function upgradesTo(
  { sold, featuresOf }: { readonly sold: SoldPlans; readonly featuresOf: FeaturesOfSoldPlan },
  wished: readonly FeatureRule[],
  held: RecognisedPlan | null,
): readonly Upgrade[] {
  if (wished.length === 0) return [];
  if (held?.kind === 'suite') return [suiteUpgrade(wished.map(({ suiteNeed }) => suiteNeed).reduce(most))];
  const has = (plan: UserPlan, { feature }: FeatureRule) => featuresOf(plan)?.has(feature);
  // The user's own plan is no way to what the user lacks, whatever the tenant's row of it has.
  const gives = (plan: UserPlan, isOwn: boolean) =>
    wished.every(
      (rule) =>
        rule.givingRows.some((row) => contains(plan.tiers, row)) || (!isOwn && has(plan, rule) === true),
    );
  return leastPlansFor(held, gives).map(({ plan, ...distance }) => {
    const lacks = wished.some((rule) => has(plan, rule) === false);
    const seat = seatFor(sold, plan);
    return { kind: 'user-plan', plan: plan.key, ...distance, seat: lacks ? asked(seat) : seat };
  });
}

/** The Suite plan that would add a feature: all users of a tenant share one (user-plans.md 8). */
function suiteUpgrade({ from, perhapsFrom }: SuiteNeed): Upgrade {
  return { kind: 'suite-plan', plan: from, perhapsFrom };
}

// Two features together need the higher plan of each kind.
function most(a: SuiteNeed, b: SuiteNeed): SuiteNeed {
  const higher = (x: SuiteNeed['from'], y: SuiteNeed['from']) => (suiteReaches(x, y) ? x : y);
  const from = higher(a.from, b.from);
  const perhaps = higher(a.perhapsFrom ?? a.from, b.perhapsFrom ?? b.from);
  return { from, perhapsFrom: perhaps === from ? null : perhaps, confidence: 'inferred' };
}

// Of what somebody holds only the model and the tiers count.
function keyOf(wished: readonly FeatureRule[], held: RecognisedPlan | null): string {
  const tiers = held !== null && 'tiers' in held ? Object.values(held.tiers).join() : '';
  return `${held?.kind} ${tiers} ${wished.map(({ feature }) => feature).join()}`;
}

// A free seat alone brings nothing that the tenant, or its row of the plan, lacks.
function asked(seat: Seat): Seat {
  return seat === 'assign' ? 'ask' : seat;
}
