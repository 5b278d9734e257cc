import { type PlanPrices, yearlyPrice } from '../../../licensing/billing/plan-prices.ts';
import { type PlanKey, planKeys } from '../../../licensing/catalogue/user-plans.ts';
import { planLabel } from '../../plan-names.ts';
import { describeMoney } from '../../rendering/amounts.ts';
import type { Language } from '../../rendering/i18n.ts';

/** The yearly prices of the user plans in hundredths of the currency's unit; null if no user plan has one. */
export function toSolverPrices(prices: PlanPrices | null): ReadonlyMap<PlanKey, number> | null {
  const priced = planKeys.flatMap((plan) => {
    const price = prices?.byPlan.get(plan);
    return price === undefined ? [] : [[plan, Number((yearlyPrice(price) + 50n) / 100n)] as const];
  });
  return priced.length === 0 ? null : new Map(priced);
}

/** What the seats in use cost in a year, today and afterwards, and which plans are left out; empty without prices. */
export function describeSeatPrices(
  today: ReadonlyMap<PlanKey, number>,
  after: ReadonlyMap<PlanKey, number>,
  prices: PlanPrices | null,
  language: Language,
): readonly string[] {
  if (prices === null || toSolverPrices(prices) === null) return [];
  const sum = (seats: ReadonlyMap<PlanKey, number>) =>
    [...seats].reduce((total, [plan, count]) => {
      const price = prices.byPlan.get(plan);
      return price === undefined ? total : total + yearlyPrice(price) * BigInt(count);
    }, 0n);
  const money = (seats: ReadonlyMap<PlanKey, number>) => describeMoney(sum(seats), prices.currency, language);
  const inUse = planKeys.filter((plan) => (today.get(plan) ?? 0) + (after.get(plan) ?? 0) > 0);
  const leftOut = inUse.filter((plan) => !prices.byPlan.has(plan));
  const { t } = language;
  return [
    t('admin.whatIf.price', { today: money(today), after: money(after) }),
    ...(leftOut.length === 0
      ? []
      : [t('admin.prices.leftOut', { plans: leftOut.map((plan) => planLabel(plan, language)).join(', ') })]),
  ];
}
