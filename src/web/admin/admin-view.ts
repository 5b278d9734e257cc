import { type BillingPeriod, billingPeriods, contractOn } from '../../plans/billing.ts';
import { rowsOf } from '../../plans/catalogue.ts';
import type { Diagnostic } from '../../plans/diagnostic.ts';
import { featureKeys } from '../../plans/feature-keys.ts';
import { labelOf } from '../../plans/labels.ts';
import type { TenantLicenses } from '../../plans/license-data.ts';
import type { TenantPlans } from '../../plans/license-engine.ts';
import { planSeatsOf } from '../../plans/plan-seats.ts';
import { suitePlans } from '../../plans/suite-plans.ts';
import { planKeys } from '../../plans/user-plans.ts';
import type { DatedSnapshot } from '../../tenants/last-good.ts';
import type { Tenant } from '../../tenants/tenant-store.ts';
import type { Wish } from '../../tenants/wish-store.ts';
import type { Language } from '../languages.ts';
import type { Moment } from '../panel/panel-view.ts';
import { planLabel } from '../panel/plan-names.ts';

/** A wish as an administrator sees it. */
interface QueuedWish {
  readonly id: string;
  readonly title: string;
  readonly askedBy: string;
  readonly askedOn: string;
  readonly reason: string;
  readonly isOpen: boolean;
  /** How it was answered, in words; empty while it is open. */
  readonly outcome: string;
  readonly answer: string;
}

interface SeatRow {
  readonly plan: string;
  readonly purchased: string;
  readonly inUse: string;
  readonly free: string;
}

/** Everything `views/admin.ejs` prints. */
export interface AdminView {
  readonly companyName: string;
  readonly ctx: string;
  readonly csrfToken: string;
  readonly open: readonly QueuedWish[];
  readonly answered: readonly QueuedWish[];
  readonly seats: readonly SeatRow[];
  /** What there is to say of the seats beside the table; empty where it says all. */
  readonly seatsNote: string;
  /** Null where SuperOffice told nothing. */
  readonly asOf: Moment | null;
  readonly stale: boolean;
  readonly diagnostics: readonly string[];
  readonly contract: {
    readonly start: string;
    readonly today: string;
    readonly periods: readonly {
      readonly key: BillingPeriod;
      readonly label: string;
      readonly chosen: boolean;
    }[];
    readonly renewal: string;
  };
}

/** Puts what administrators work with into the words of one language. */
export function adminView(input: {
  tenant: Tenant;
  wishes: readonly Wish[];
  bought: DatedSnapshot<TenantLicenses> | null;
  plans: TenantPlans;
  today: string;
  csrfToken: string;
  language: Language;
}): AdminView {
  const { tenant, wishes, bought, plans, today, csrfToken, language } = input;
  const queue = wishes.map((wish) => queuedWish(wish, language));
  return {
    companyName: tenant.companyName,
    ctx: tenant.ctx,
    csrfToken,
    open: queue.filter(({ isOpen }) => isOpen),
    answered: queue.filter(({ isOpen }) => !isOpen),
    seats: bought === null ? [] : seatRows(bought.content, plans, language),
    seatsNote: bought === null ? language.t('admin.seatsRefused') : '',
    asOf: bought && { text: language.moment(bought.readAt), iso: new Date(bought.readAt).toISOString() },
    stale: bought?.stale === true,
    diagnostics: plans.diagnose().map((each) => diagnosticWords(each, language)),
    contract: contractView(tenant, today, language),
  };
}

function queuedWish(wish: Wish, language: Language): QueuedWish {
  const { t, date } = language;
  const { id, askedBy, associateId, reason, state, answer, answeredAt, answeredBy } = wish;
  const day = (at: Date) => date(at.toISOString().slice(0, 10));
  const isOpen = state === 'open';
  return {
    id,
    title: subjectTitle(wish.subject, language),
    askedBy: askedBy || t('admin.associate', { associateId }),
    askedOn: day(wish.askedAt),
    reason,
    isOpen,
    outcome:
      isOpen || answeredAt === null
        ? ''
        : t(`admin.outcome.${state}`, { date: day(answeredAt), name: answeredBy ?? '' }),
    answer,
  };
}

/** What a wish is about; what is no longer in the catalogue is shown by its key. */
function subjectTitle(subject: string, language: Language): string {
  const [kind, key] = subject.split(':');
  const feature = kind === 'feature' ? featureKeys.find((each) => each === key) : undefined;
  const [row] = feature === undefined ? [] : rowsOf(feature);
  if (row !== undefined) return language.t('admin.subject.feature', { name: labelOf(row.id, language.code) });
  const plan = kind === 'plan' ? [...planKeys, ...suitePlans].find((each) => each === key) : undefined;
  if (plan !== undefined) return language.t('admin.subject.plan', { name: planLabel(plan, language) });
  return key ?? subject;
}

function seatRows(licenses: TenantLicenses, plans: TenantPlans, { t, number }: Language): readonly SeatRow[] {
  const told = (value: number | 'unlimited' | null) => {
    if (value === 'unlimited') return t('panel.unlimited');
    return value === null ? t('admin.untold') : number(value);
  };
  const suite = plans.suiteSeats(null);
  if (suite.valid) {
    const { purchased, used, free } = suite;
    return [{ plan: 'CRM Suite', purchased: told(purchased), inUse: told(used), free: told(free) }];
  }
  return planSeatsOf(licenses).map(({ plan, purchased, inUse, free }) => ({
    plan,
    purchased: told(purchased),
    inUse: told(inUse),
    free: purchased === 'unlimited' ? t('panel.unlimited') : told(free),
  }));
}

function diagnosticWords(diagnostic: Diagnostic, { t, or }: Language): string {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(diagnostic)) {
    values[name] = Array.isArray(value) ? or(value) : String(value);
  }
  return t(`admin.diagnostic.${diagnostic.kind}`, values);
}

function contractView({ contract }: Tenant, today: string, { t, date }: Language): AdminView['contract'] {
  const state = contract && contractOn({ ...contract, today });
  return {
    start: contract?.start ?? '',
    today,
    periods: billingPeriods.map((key) => ({
      key,
      label: t(`admin.period.${key}`),
      chosen: key === (contract?.period ?? 'yearly'),
    })),
    renewal: state?.valid ? t('admin.renewal', { date: date(state.nextRenewal) }) : '',
  };
}
