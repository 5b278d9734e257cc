import type { RecognisedPlan } from './recognise-plan.ts';
import type { FeatureRule } from './rules.ts';
import { type Seat, type SoldPlans, seatFor } from './seats.ts';
import type { SuiteNeed } from './suite-need.ts';
import { suiteReaches } from './suite-plans.ts';
import { leastPlansFor, type Upgrade } from './upgrades.ts';

/**
 * The least changes that add all of these features to what somebody holds. `siteMissing`: the tenant lacks a site
 * license that one of them needs.
 */
export type UpgradesTo = (
  wished: readonly FeatureRule[],
  held: RecognisedPlan | null,
  siteMissing: boolean,
) => readonly Upgrade[];

/** Finds upgrades and remembers them: users of a tenant hold few different plans. */
export function rememberedUpgrades(sold: SoldPlans): UpgradesTo {
  const found = new Map<string, readonly Upgrade[]>();
  return (wished, held, siteMissing) => {
    const key = keyOf(wished, held, siteMissing);
    const upgrades = found.get(key) ?? upgradesTo(sold, wished, held, siteMissing);
    found.set(key, upgrades);
    return upgrades;
  };
}

function upgradesTo(
  sold: SoldPlans,
  wished: readonly FeatureRule[],
  held: RecognisedPlan | null,
  siteMissing: boolean,
): readonly Upgrade[] {
  if (wished.length === 0) return [];
  if (held?.kind === 'suite') return [suiteUpgrade(wished.map(({ suiteNeed }) => suiteNeed).reduce(most))];
  const rows = wished.map(({ givingRows }) => givingRows);
  return leastPlansFor(rows, held).map(({ plan, ...distance }) => {
    const seat = seatFor(sold, plan);
    return { kind: 'user-plan', plan: plan.key, ...distance, seat: siteMissing ? withoutSite(seat) : seat };
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
function keyOf(wished: readonly FeatureRule[], held: RecognisedPlan | null, siteMissing: boolean): string {
  const tiers = held !== null && 'tiers' in held ? Object.values(held.tiers).join() : '';
  return `${held?.kind} ${tiers} ${siteMissing} ${wished.map(({ feature }) => feature).join()}`;
}

// A free seat alone brings no site license the tenant lacks.
function withoutSite(seat: Seat): Seat {
  return seat === 'assign' ? 'ask' : seat;
}
