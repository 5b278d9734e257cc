import { dropsService } from '../../licensing/advice/drops-service.ts';
import { getFeatureLabel } from '../../licensing/catalogue/labels.ts';
import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { Seat } from '../../licensing/plans/seat-availability.ts';
import {
  type AdministrationAddresses,
  type AdministrationHelp,
  actionsForSeat,
  administrationHelp,
} from '../crm-links.ts';
import { planUrl } from '../links.ts';
import { type AnyPlan, isSuitePlan, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import {
  type AccessRequestView,
  accessRequestToShow,
  accessRequestView,
  toSubject,
} from './access-request-view.ts';
import { renewalText } from './feature-page.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import {
  type FeatureOutcome,
  featuresWith,
  isRequestable,
  type PlanChange,
  type PlanOutcome,
} from './plan-outcome.ts';
import { combinePlans, findOwnPlan } from './plan-selection.ts';

/** A feature that would change. */
interface ChangeView {
  readonly label: string;
  /** The states before and after, or the new limit; empty if the heading is enough. */
  readonly note: string;
}

/** What would change for the user with one plan. */
export interface PlanComparison {
  readonly plan: string;
  readonly isOwn: boolean;
  readonly summary: string;
  /** Null for the own plan and for a CRM Suite plan. */
  readonly seat: { readonly state: Seat; readonly badge: string } | null;
  readonly seatText: string;
  /** What prevents the change if the user has open requests; empty if the plan keeps Service. */
  readonly serviceWarning: string;
  readonly notes: readonly string[];
  readonly gained: readonly ChangeView[];
  readonly changed: readonly ChangeView[];
  readonly lost: readonly ChangeView[];
  readonly renewal: string;
  /** For administrators, how to make the change. */
  readonly administration: AdministrationHelp | null;
  /** Why the plan cannot be asked for; empty if it can, and for the own plan. */
  readonly refusal: string;
  /** The plan that adds the chosen one to the own one; null if there is none, or if nothing would be lost. */
  readonly keepingAll: { readonly text: string; readonly href: string } | null;
  readonly accessRequest: AccessRequestView | null;
}

/** Describes what a plan would change, by its outcome. `addresses` is null unless the user is an administrator. */
export function planComparison(
  context: EntitledPanelContext,
  plan: AnyPlan,
  outcome: PlanOutcome,
  addresses: AdministrationAddresses | null,
): PlanComparison {
  const { report, language, accessRequests } = context;
  const { t } = language;
  const { isOwn, seat } = outcome;
  const toViews = (change: PlanChange) => changeViews(context, outcome, change);
  const gained = toViews('gained');
  const lost = toViews('lost');
  const actions = seat === null ? (['change-suite'] as const) : actionsForSeat(seat);
  const mayRequest = isRequestable(outcome);
  return {
    plan: planLabel(plan, language),
    isOwn,
    summary: isOwn ? t('compare.own') : t('compare.summary', { gained: gained.length, lost: lost.length }),
    seat: seat === null ? null : { state: seat, badge: t(`seatBadge.${seat}`) },
    seatText: describeSeat(outcome, language),
    serviceWarning: !isSuitePlan(plan) && dropsService(report, plan) ? t('crm.dropsService') : '',
    notes: isOwn ? [] : describeSources(outcome, language),
    gained,
    changed: toViews('changed'),
    lost,
    renewal: report.model === 'suite' ? '' : renewalText(context),
    administration: isOwn ? null : addresses && administrationHelp(actions, addresses, language),
    refusal: isOwn || mayRequest ? '' : t('compare.loss'),
    keepingAll: mayRequest ? null : keepingAll(context, plan),
    accessRequest: accessRequestToShow(accessRequestView(toSubject('plan', plan), accessRequests, language), {
      mayRequest,
    }),
  };
}

function describeSeat({ plan, isOwn, seat }: PlanOutcome, { t }: Language): string {
  if (plan !== null && isSuitePlan(plan)) return t('compare.wholeCompany');
  return isOwn || seat === null ? '' : t(`seat.${seat}`);
}

/** Where the contents of the plan come from. */
function describeSources(
  { plan, licensesFrom, assumedSiteLicenses }: PlanOutcome,
  { t }: Language,
): readonly string[] {
  if (plan !== null && isSuitePlan(plan)) return [t('compare.inferredSuite')];
  const licenses = assumedSiteLicenses.join(', ');
  return [
    ...(licensesFrom === 'catalogue' ? [t('compare.fromCatalogue')] : []),
    ...(licenses === '' ? [] : [t('compare.assumedSite', { licenses })]),
  ];
}

function changeViews(
  { report, language }: EntitledPanelContext,
  outcome: PlanOutcome,
  change: PlanChange,
): readonly ChangeView[] {
  return featuresWith(outcome, change).map((feature) => ({
    label: getFeatureLabel(feature, language.code),
    note: describeChange(report.features.get(feature)?.state, outcome.features.get(feature), language),
  }));
}

/** The new limit, or the states before and after; empty for a feature that is simply gained or lost. */
function describeChange(
  before: FeatureState | undefined,
  after: FeatureOutcome | undefined,
  { t, number }: Language,
): string {
  if (before === undefined || after === undefined) return '';
  const { limit, state, change } = after;
  if (limit !== null)
    return t('compare.limit', { limit: `${t(`limit.${limit.name}`)}: ${number(limit.maximum)}` });
  if (change === 'gained' || (change === 'lost' && state === 'upgrade')) return '';
  return t('compare.change', { before: t(`state.${before}`), after: t(`state.${state}`) });
}

/** The plan that adds the chosen one to the own one, so that nothing is lost; null if that is the own plan. */
function keepingAll(
  { report, url, language }: EntitledPanelContext,
  plan: AnyPlan,
): PlanComparison['keepingAll'] {
  const own = findOwnPlan(report);
  const both = own === null ? null : combinePlans([own, plan]);
  if (both === null || both === own || both === plan) return null;
  const text = language.t('compare.keepingAll', { plan: planLabel(both, language) });
  return { text, href: planUrl(url, both) };
}
