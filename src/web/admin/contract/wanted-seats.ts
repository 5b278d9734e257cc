import type { PricedSeats } from '../../../licensing/billing/plan-prices.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { SeatCount } from '../../../licensing/plans/plan-seats.ts';
import { type AnyPlan, getPlansOfModel, isSuitePlan, planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { pricedSeats } from '../seats/seat-costs-view.ts';
import { parseSeats, seatParameter } from '../what-if/what-if-query.ts';

/** The seats of a plan today, and as an administrator wants them. */
export interface WantedSeats {
  readonly plan: AnyPlan;
  readonly label: string;
  /** Null if SuperOffice does not report them. */
  readonly today: SeatCount | null;
  /** Null if SuperOffice does not report them. */
  readonly inUse: number | null;
  /** The text of the field. */
  readonly text: string;
  /** Null if the text is empty or no number of seats. */
  readonly wanted: number | null;
  readonly isInvalid: boolean;
}

/** The seats that the query of the page asks for, by the parameters of the what-if page, or the key of a CRM Suite plan. */
export function requestedSeats(
  query: Readonly<Record<string, unknown>>,
  plans: TenantEntitlements,
): ReadonlyMap<AnyPlan, string> {
  return new Map(
    getPlansOfModel(plans.report(null)).flatMap((plan) => {
      const value = query[isSuitePlan(plan) ? plan : seatParameter(plan)];
      return typeof value === 'string' && parseSeats(value) !== null ? [[plan, value] as const] : [];
    }),
  );
}

/** The seats of all plans that are purchased or typed, in the order of the plans. */
export function wantedSeats(
  plans: TenantEntitlements,
  typed: ReadonlyMap<AnyPlan, string>,
  language: Language,
): readonly WantedSeats[] {
  const seats = pricedSeats(plans, language);
  const purchased = sumByPlan(seats, (each) => each.purchased);
  const used = sumByPlan(seats, (each) => each.inUse);
  return getPlansOfModel(plans.report(null))
    .filter((plan) => purchased.has(plan) || typed.has(plan))
    .map((plan) => {
      const today = purchased.has(plan) ? (purchased.get(plan) ?? null) : 0;
      const inUse = used.has(plan) ? (used.get(plan) ?? null) : 0;
      const text = typed.get(plan) ?? (typeof today === 'number' ? String(today) : '');
      const wanted = parseSeats(text);
      const label = planLabel(plan, language);
      return { plan, label, today, inUse, text, wanted, isInvalid: text !== '' && wanted === null };
    });
}

/** The address of the what-if page that finds who would have to change with these seats. */
export function whatIfAddress(seats: readonly WantedSeats[], lang: string): string {
  const query = new URLSearchParams({ lang, ask: 'assign' });
  for (const { plan, wanted } of seats)
    if (!isSuitePlan(plan) && wanted !== null) query.set(seatParameter(plan), String(wanted));
  return `/admin/what-if?${query}#answer`;
}

/** A number of the seats by plan. Versions of a plan are separate purchases, which are added up. */
function sumByPlan<Count extends SeatCount>(
  seats: readonly PricedSeats[],
  countOf: (seats: PricedSeats) => Count | null,
): ReadonlyMap<string, Count | number | null> {
  const sums = new Map<string, Count | number | null>();
  for (const each of seats) {
    if (each.key === null) continue;
    const count = countOf(each);
    const before = sums.get(each.key) ?? (sums.has(each.key) ? null : 0);
    const isSum = typeof before === 'number' && typeof count === 'number';
    sums.set(each.key, isSum ? before + count : typeof before === 'number' ? count : before);
  }
  return sums;
}
