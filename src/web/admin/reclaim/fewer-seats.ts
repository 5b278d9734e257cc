import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { ListedHolder } from '../../../snapshots/seat-holders.ts';
import type { Contract } from '../../../tenants/tenant.ts';
import { type AnyPlan, isSuitePlan } from '../../plan-names.ts';
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
  const wanted = wantedSeats(plans, new Map(), language).flatMap(({ plan, today }) => {
    // On CRM Suite all users share the one plan.
    const count = isSuitePlan(plan) ? users.length : held.filter((each) => each === plan).length;
    return count === 0 || typeof today !== 'number' ? [] : [{ plan, seats: Math.max(0, today - count) }];
  });
  return messageAddress(wanted, lang);
}

/** Seats that nobody holds, which can be given back without a change for anyone. */
export interface FreeSeatsOffer {
  /** How many there are. */
  readonly text: string;
  /** From which day they can be given back. */
  readonly when: string;
  /** The message to SuperOffice that asks for the seats in use, and no more. */
  readonly href: string;
}

/**
 * Offers to give back the seats that nobody holds. Null if there are none, or if the contract is not known. Plans count
 * whose numbers SuperOffice reports.
 */
export function freeSeatsOffer(input: {
  readonly plans: TenantEntitlements;
  readonly contract: Contract | null;
  readonly lang: string;
  readonly language: Language;
}): FreeSeatsOffer | null {
  const { plans, contract, lang, language } = input;
  const free = wantedSeats(plans, new Map(), language).flatMap(({ plan, today, inUse }) =>
    typeof today === 'number' && inUse !== null && today > inUse ? [{ plan, seats: inUse, today }] : [],
  );
  const when = reductionText(plans, contract, language);
  if (free.length === 0 || when === '') return null;
  const count = free.reduce((total, { today, seats }) => total + today - seats, 0);
  const text = language.t('admin.overview.freeSeats', { count, number: language.number(count) });
  return { text, when, href: messageAddress(free, lang) };
}

/** From which day seats can be given back; empty if the contract is not known. */
export function reductionText(
  plans: TenantEntitlements,
  contract: Contract | null,
  { t, date }: Language,
): string {
  const effect = contract && plans.planChange(contract, 'reduce');
  if (!effect?.valid) return '';
  const change = `reduce-${effect.rule}`;
  return t(`admin.planChange.${change}`, { date: date(effect.effectiveOn) });
}

function messageAddress(
  wanted: readonly { readonly plan: AnyPlan; readonly seats: number }[],
  lang: string,
): string {
  const query = new URLSearchParams({ lang });
  for (const { plan, seats } of wanted)
    query.set(isSuitePlan(plan) ? plan : seatParameter(plan), String(seats));
  return `/admin/contract?${query}#message`;
}
