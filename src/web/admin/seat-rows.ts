import type { SuiteLimit } from '../../licensing/catalogue/suite-limits.ts';
import type { TenantEntitlements } from '../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../licensing/licenses/license-data.ts';
import { countPlanSeats } from '../../licensing/plans/plan-seats.ts';
import { planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';

/** The seats of one plan. */
export interface SeatRow {
  readonly plan: string;
  readonly purchased: string;
  readonly inUse: string;
  readonly free: string;
}

/** The seats of a tenant's CRM Suite plan, or of its user plans if it has none. */
export function seatRows(
  licenses: TenantLicenses,
  plans: TenantEntitlements,
  language: Language,
): readonly SeatRow[] {
  const describe = (seats: SuiteLimit | null) => describeSeats(seats, language);
  const suite = plans.suiteSeats(null);
  if (suite.valid) {
    const { purchased, used, free } = suite;
    return [
      {
        plan: suiteName(plans, language),
        purchased: describe(purchased),
        inUse: describe(used),
        free: describe(free),
      },
    ];
  }
  return countPlanSeats(licenses).map(({ plan, purchased, inUse, free }) => ({
    plan,
    purchased: describe(purchased),
    inUse: describe(inUse),
    free: describe(free),
  }));
}

function suiteName(plans: TenantEntitlements, language: Language): string {
  const { plan } = plans.report(null);
  return plan?.kind === 'suite' && plan.plan !== null ? planLabel(plan.plan, language) : 'CRM Suite';
}

/** Why no seats are listed: SuperOffice refused the licenses, or they include no plan with seats. */
export function seatsNote(licensesKnown: boolean, { t }: Language): string {
  return licensesKnown ? t('admin.noSeats') : t('admin.seatsRefused');
}

function describeSeats(seats: SuiteLimit | null, { t, number }: Language): string {
  if (seats === 'unlimited') return t('panel.unlimited');
  return seats === null ? t('admin.notReported') : number(seats);
}
