import { type PlanPrices, type PricedSeats, seatCosts } from '../../../licensing/billing/plan-prices.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import { describedPlanName } from '../../plan-names.ts';
import { describeMoney } from '../../rendering/amounts.ts';
import type { Language } from '../../rendering/i18n.ts';
import { suitePlanName } from './seat-rows.ts';

/** The seats of a tenant's CRM Suite plan, or of its user plans, with the keys by which prices are entered. */
export function pricedSeats(plans: TenantEntitlements, language: Language): readonly PricedSeats[] {
  const suite = plans.suiteSeats(null);
  if (!suite.valid)
    return plans.identifiedSeats().map((each) => ({ ...each, plan: describedPlanName(each.plan) }));
  const { plan } = plans.report(null);
  const key = plan?.kind === 'suite' ? plan.plan : null;
  return [{ ...suite, key, plan: suitePlanName(plans, language), inUse: suite.used }];
}

/** What the seats cost in a year by the prices of the administrators, in one paragraph; empty without prices. */
export function describeSeatCosts(
  plans: TenantEntitlements,
  prices: PlanPrices | null,
  language: Language,
): string {
  const costs = prices && seatCosts(pricedSeats(plans, language), prices.byPlan);
  if (costs === null) return '';
  const { t } = language;
  const money = (amount: bigint) => describeMoney(amount, prices?.currency ?? '', language);
  const { inUse, purchased, leftOut } = costs;
  const sentences = [
    purchased === null
      ? t('admin.prices.costInUse', { inUse: money(inUse) })
      : t('admin.prices.cost', {
          purchased: money(purchased.all),
          inUse: money(inUse),
          free: money(purchased.free),
        }),
    ...(leftOut.length > 0 ? [t('admin.prices.leftOut', { plans: leftOut.join(', ') })] : []),
  ];
  return sentences.join(' ');
}
