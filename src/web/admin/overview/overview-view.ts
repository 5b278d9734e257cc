import type { PlanPrices } from '../../../licensing/billing/plan-prices.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../../licensing/licenses/license-data.ts';
import type { CachedSnapshot } from '../../../snapshots/stale-if-error-cache.ts';
import type { ApiKey } from '../../../tenants/api-key-store.ts';
import type { Contract } from '../../../tenants/tenant.ts';
import { describeLicenseNotice } from '../../license-notices.ts';
import type { Language } from '../../rendering/i18n.ts';
import { isolateText } from '../../rendering/isolate-text.ts';
import { formatTimestamp, type Timestamp, toUtcDay } from '../../rendering/timestamps.ts';
import { suiteLimitRows } from '../../suite-limit-rows.ts';
import { keyExpiry } from '../api-keys/key-expiry.ts';
import { findRenewal } from '../contract/contract-view.ts';
import { freeSeatsOffer } from '../reclaim/fewer-seats.ts';
import { licenseCheckView } from '../seats/license-check-view.ts';
import { describeSeatCosts } from '../seats/seat-costs-view.ts';
import { describeSeatCount } from '../seats/seat-rows.ts';
import { seatTotals } from '../seats/seat-totals.ts';

/** Something that needs attention, with the one thing to do about it. */
interface Attention {
  readonly text: string;
  readonly action: { readonly href: string; readonly text: string; readonly isInCrm: boolean };
}

/** Values of `views/admin-overview.ejs`. */
interface OverviewView {
  /** What needs attention, the most urgent first. */
  readonly attention: readonly Attention[];
  /** Null if no seats are known. */
  readonly totals: {
    readonly purchased: string;
    readonly inUse: string;
    readonly free: string;
    /** The number of seats in use above those purchased; empty if there is none. */
    readonly excess: string;
  } | null;
  /** What the seats cost in a year; empty if no prices are entered. */
  readonly cost: string;
  /** When the contract renews; empty if that is unknown. */
  readonly renewal: string;
  /** When the licenses were read; null if SuperOffice refused to return them. */
  readonly asOf: Timestamp | null;
}

/** What the overview is made from. */
interface OverviewInput {
  readonly plans: TenantEntitlements;
  /** Null if SuperOffice refused to return the licenses. */
  readonly tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  readonly contract: Contract | null;
  readonly prices: PlanPrices | null;
  readonly openRequests: number;
  /** The users who have left and still hold a seat. */
  readonly leavers: number;
  /** The API keys that expire soon or have expired recently. */
  readonly expiringKeys: readonly (Pick<ApiKey, 'name'> & { readonly expiresAt: Date })[];
  /** The address of the licenses in SuperOffice. */
  readonly licensesUrl: string;
  /** The current time, ms since 1970. */
  readonly now: number;
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string;
  /** The language in the page's URL; may be empty. */
  readonly lang: string;
  readonly language: Language;
}

/** Describes what needs attention, and the seats as a whole. */
export function overviewView(input: OverviewInput): OverviewView {
  const { plans, tenantLicenses, contract, today, language } = input;
  const totals = seatTotals(plans);
  const renewal = findRenewal(contract, today, language);
  return {
    attention: [
      ...licenseNotices(input),
      ...overusedPlans(input),
      ...limitsNearFull(input),
      ...unreadLicenses(input),
      ...expiringKeys(input),
      ...waitingRequests(input),
      ...seatsOfLeavers(input),
      ...freeSeats(input),
    ],
    totals: totals && {
      purchased: describeSeatCount(totals.purchased, language),
      inUse: describeSeatCount(totals.inUse, language),
      free: describeSeatCount(totals.free, language),
      excess: totals.excess === 0 ? '' : language.number(totals.excess),
    },
    cost: describeSeatCosts(plans, input.prices, language),
    renewal: renewal?.text ?? '',
    asOf: tenantLicenses && formatTimestamp(tenantLicenses.readAt, language),
  };
}

function licenseNotices({ plans, licensesUrl, language }: OverviewInput): readonly Attention[] {
  const action = { href: licensesUrl, text: language.t('crm.link.licenses'), isInCrm: true };
  return plans.report(null).notices.map((notice) => ({
    text: describeLicenseNotice(notice, language),
    action,
  }));
}

function overusedPlans(input: OverviewInput): readonly Attention[] {
  return licenseCheckView(input.plans, input.language).excessUse.map(({ text }) => ({
    text,
    action: toSeats(input),
  }));
}

function limitsNearFull(input: OverviewInput): readonly Attention[] {
  const { plans, tenantLicenses, language } = input;
  return suiteLimitRows(plans.report(null).plan, tenantLicenses?.content.limits ?? null, language)
    .filter(({ warning }) => warning !== '')
    .map(({ name, value, warning }) => ({
      text: `${name}: ${value}. ${warning}.`,
      action: {
        href: `/admin/seats?lang=${input.lang}#limits`,
        text: language.t('admin.overview.toLimits'),
        isInCrm: false,
      },
    }));
}

function unreadLicenses(input: OverviewInput): readonly Attention[] {
  const { tenantLicenses, lang, language } = input;
  const { t } = language;
  if (tenantLicenses === null) {
    const action = { href: `/setup?lang=${lang}`, text: t('admin.toSetup'), isInCrm: false };
    return [{ text: t('admin.seatsRefused'), action }];
  }
  return tenantLicenses.content.complete
    ? []
    : [{ text: t('admin.diagnostic.license-incomplete'), action: toSeats(input) }];
}

function expiringKeys(input: OverviewInput): readonly Attention[] {
  const { now, lang, language } = input;
  const action = {
    href: `/admin/api-keys?lang=${lang}`,
    text: language.t('admin.overview.toApiKeys'),
    isInCrm: false,
  };
  return input.expiringKeys.map((key) => {
    const named = {
      name: isolateText(key.name),
      date: language.shortDate(toUtcDay(key.expiresAt.getTime())),
    };
    const text =
      keyExpiry(key, now) === 'expired'
        ? language.t('admin.overview.keyExpired', named)
        : language.t('admin.overview.keyExpires', named);
    return { text, action };
  });
}

function waitingRequests({
  openRequests,
  lang,
  language: { t, number },
}: OverviewInput): readonly Attention[] {
  if (openRequests === 0) return [];
  const action = {
    href: `/admin/access-requests?lang=${lang}`,
    text: t('admin.overview.answer'),
    isInCrm: false,
  };
  const text = t('admin.overview.waiting', { count: openRequests, number: number(openRequests) });
  return [{ text, action }];
}

function seatsOfLeavers({ leavers, lang, language: { t, number } }: OverviewInput): readonly Attention[] {
  if (leavers === 0) return [];
  const action = {
    href: `/admin/seats/reclaim?lang=${lang}&reason=retired`,
    text: t('admin.overview.seeWho'),
    isInCrm: false,
  };
  return [{ text: t('admin.overview.haveLeft', { count: leavers, number: number(leavers) }), action }];
}

function freeSeats(input: OverviewInput): readonly Attention[] {
  const offer = freeSeatsOffer(input);
  if (offer === null) return [];
  const action = { href: offer.href, text: input.language.t('admin.reclaim.messageTicked'), isInCrm: false };
  return [{ text: `${offer.text} ${offer.when}`, action }];
}

function toSeats({ lang, language: { t } }: OverviewInput): Attention['action'] {
  return { href: `/admin/seats?lang=${lang}`, text: t('admin.overview.toSeats'), isInCrm: false };
}
