import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { SeatCount } from '../../../licensing/plans/plan-seats.ts';
import { describedPlanName, planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';

/** The seats of one plan; a number is null if it is not reported. `free` is below 0 if the plan is overused. */
export interface NamedSeats {
  readonly plan: string;
  readonly purchased: SeatCount | null;
  readonly inUse: number | null;
  readonly free: SeatCount | null;
}

/** The seats of one plan in words. */
export interface SeatRow {
  readonly plan: string;
  readonly purchased: string;
  readonly inUse: string;
  readonly free: string;
  /** Whether more seats are in use than purchased. */
  readonly isOverused: boolean;
}

/** The seats of a tenant's CRM Suite plan, or of its user plans if it has none, by the names of the plans. */
export function namedSeats(plans: TenantEntitlements, language: Language): readonly NamedSeats[] {
  const suite = plans.suiteSeats(null);
  if (suite.valid) {
    const { purchased, used, free } = suite;
    return [{ plan: suitePlanName(plans, language), purchased, inUse: used, free }];
  }
  return plans.planSeats().map((each) => ({ ...each, plan: describedPlanName(each.plan) }));
}

/** Describes the seats of each plan. */
export function seatRows(seats: readonly NamedSeats[], language: Language): readonly SeatRow[] {
  const describe = (count: SeatCount | null) => describeSeatCount(count, language);
  return seats.map(({ plan, purchased, inUse, free }) => ({
    plan,
    purchased: describe(purchased),
    inUse: describe(inUse),
    free: describe(free),
    isOverused: typeof free === 'number' && free < 0,
  }));
}

/** The name of the tenant's CRM Suite plan. */
export function suitePlanName(plans: TenantEntitlements, language: Language): string {
  const { plan } = plans.report(null);
  return plan?.kind === 'suite' && plan.plan !== null ? planLabel(plan.plan, language) : 'CRM Suite';
}

/** Why no seats are listed: SuperOffice refused the licenses, or they include no plan with seats. */
export function seatsNote(licensesKnown: boolean, { t }: Language): string {
  return licensesKnown ? t('admin.noSeats') : t('admin.seatsRefused');
}

/** A number of seats in words; null if it is not reported. */
export function describeSeatCount(seats: SeatCount | null, { t, number }: Language): string {
  if (seats === 'unlimited') return t('panel.unlimited');
  if (seats === 'by-use') return t('admin.billedByUse');
  if (seats === null) return t('admin.notReported');
  return number(seats).replace('-', '−'); // some languages format with a hyphen
}
