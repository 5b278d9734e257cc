import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { ListedHolder } from '../../../snapshots/seat-holders.ts';
import { isSuitePlan } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { wantedSeats } from '../contract/wanted-seats.ts';
import { seatParameter } from '../what-if/what-if-query.ts';

/**
 * The address of the message to SuperOffice that asks for one seat less for each of these users. Seats of an unknown plan,
 * and of a plan whose number SuperOffice does not report, stay as they are.
 */
export function fewerSeatsAddress(
  users: readonly Pick<ListedHolder, 'userPlan'>[],
  plans: TenantEntitlements,
  lang: string,
  language: Language,
): string {
  const held = users.map(({ userPlan }) => plans.identifyPlan(userPlan));
  const query = new URLSearchParams({ lang });
  for (const { plan, today } of wantedSeats(plans, new Map(), language)) {
    // On CRM Suite all users share the one plan.
    const count = isSuitePlan(plan) ? users.length : held.filter((each) => each === plan).length;
    if (count === 0 || typeof today !== 'number') continue;
    query.set(isSuitePlan(plan) ? plan : seatParameter(plan), String(Math.max(0, today - count)));
  }
  return `/admin/contract?${query}#message`;
}
