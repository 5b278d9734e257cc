import { findAddOnHint } from '../../licensing/advice/visibility-hints.ts';
import { getAddOnLabel } from '../../licensing/catalogue/add-ons.ts';
import type { AddOn } from '../../licensing/entitlements/add-ons.ts';
import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import { type CrmLink, screenLink } from '../crm-links.ts';
import { describeLicenseNotice } from '../license-notices.ts';
import { panelUrl, panelUserQuery } from '../links.ts';
import { assignedPlanName, assignedPlanNote } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';
import { type SuiteLimitRow, suiteLimitRows } from '../suite-limit-rows.ts';
import { type AccessRequestSummary, accessRequestSummaries } from './access-request-view.ts';
import {
  countRows,
  type FeatureFilter,
  filterQuery,
  isFiltering,
  isShown,
  parseFeatureFilter,
} from './feature-filter.ts';
import { type SuggestedUpgrade, suggestUpgrades } from './next-plan-view.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { describeDecided } from './published-rows.ts';
import { refreshText, statesDigest } from './refresh.ts';
import { type SearchResultView, searchFeatures } from './search-results.ts';
import { arrangeColumns, type SolutionView, solutionViews } from './solution-views.ts';
import { countStates, type StateCount } from './state-counts.ts';

/** An add-on. Like a feature, but without a page of its own. */
interface AddOnView {
  readonly id: string;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  readonly reason: string;
  /** What can keep it from being shown; empty if nothing is known or the tenant does not have it. */
  readonly hint: string;
  /** Opens its screen; null if it is not enabled or has none. */
  readonly crmLink: CrmLink | null;
}

/** Shown in place of the list, which is folded: there is nothing to find in it. */
type EmptyState = 'no-plan' | 'licenses-unread';

/** Values of `views/panel.ejs`. */
export interface PanelView {
  /** The query that every URL in the panel carries. */
  readonly query: string;
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
  readonly csrfToken: string;
  readonly isAdministrator: boolean;
  /** The number of access requests that wait for the administrators; empty if there is none or it is not known. */
  readonly openRequests: string;
  readonly companyName: string;
  readonly plan: string;
  readonly planNote: string;
  /** Null if the state of every feature is unknown. */
  readonly summary: { readonly text: string; readonly states: readonly StateCount[] } | null;
  /** What the user should do first, instead of looking through features that all have one state; null if there are others. */
  readonly emptyState: EmptyState | null;
  readonly suggestedUpgrades: readonly SuggestedUpgrade[];
  readonly accessRequests: readonly AccessRequestSummary[];
  /** The limits of CRM Suite; empty without it. */
  readonly limits: readonly SuiteLimitRow[];
  /** When the older part of the license data was read; null without license data. */
  readonly asOf: Timestamp | null;
  /** When the user's function rights were read; null if they are not older than the licenses, or that is not known. */
  readonly rightsAsOf: Timestamp | null;
  readonly stale: boolean;
  /** What came of the refresh that led here; empty if none did. */
  readonly refreshed: string;
  readonly refreshUrl: string;
  /** What this page shows, to be compared after a refresh. */
  readonly seen: string;
  readonly notices: readonly string[];
  readonly filter: FeatureFilter;
  readonly found: string;
  /** What the search found, in place of the solutions; null without a search. */
  readonly results: readonly SearchResultView[] | null;
  /** The panel without a filter. */
  readonly unfilteredUrl: string;
  readonly columns: readonly (readonly SolutionView[])[];
  readonly addOns: readonly AddOnView[];
  /** How many of the features documented since the list of user plans are enabled. */
  readonly newerFeatures: string;
  readonly unknownModules: string;
}

/** Describes a decided panel context. Decides nothing about features. */
export function panelView(context: EntitledPanelContext, query: unknown): PanelView {
  const { url, session, report, tenant, language } = context;
  const { t } = language;
  const snapshots = [context.tenantLicenses, context.userLicenses].filter((snapshot) => snapshot !== null);
  const readAt = Math.min(...snapshots.map((snapshot) => snapshot.readAt));
  const filter = parseFeatureFilter(query);
  const results =
    filter.search === ''
      ? null
      : searchFeatures(filter.search, context).filter(({ row }) => isShown(row, filter));
  const solutions = results === null ? solutionViews(context, filter) : [];
  return {
    query: panelUserQuery(url),
    tenantId: url.tenantId,
    associateId: url.associateId,
    language: url.language,
    csrfToken: context.csrfToken,
    isAdministrator: session.isAdministrator,
    openRequests: context.openRequests ? language.number(context.openRequests) : '',
    companyName: tenant.companyName,
    plan: assignedPlanName(report.plan, language),
    planNote: assignedPlanNote(report.plan, language),
    summary: summarize(context, filter),
    emptyState: findEmptyState(context),
    suggestedUpgrades: suggestUpgrades(context),
    accessRequests: accessRequestSummaries(context.accessRequests, url, context.today, language),
    limits: suiteLimitRows(report.plan, context.tenantLicenses?.content.limits ?? null, language),
    asOf: snapshots.length === 0 ? null : formatTimestamp(readAt, language),
    rightsAsOf: olderRights(context),
    // While nothing may be read, the data is old for a reason that the notice gives.
    stale: tenant.status === 'active' && snapshots.some((snapshot) => snapshot.stale),
    refreshed: refreshText(query, language),
    refreshUrl: `/panel/refresh?${panelUserQuery(url)}${filterQuery(filter)}`,
    seen: statesDigest(report),
    notices: describeNotices(context),
    filter,
    found: foundText(results, solutions, filter, language),
    results,
    unfilteredUrl: panelUrl(url),
    columns: arrangeColumns(solutions),
    addOns: report.addOns.map((addOn) => addOnView(addOn, context)),
    newerFeatures: t('panel.tally', {
      enabled: report.newerFeatures.filter(({ state }) => state === 'enabled').length,
      total: report.newerFeatures.length,
    }),
    unknownModules: report.unknownModules.join(', '),
  };
}

function addOnView({ key, ...decided }: AddOn, context: EntitledPanelContext): AddOnView {
  const { t, code } = context.language;
  const { state } = decided;
  const hint = state === 'enabled' ? findAddOnHint(key) : null;
  return {
    id: key,
    label: getAddOnLabel(key, code),
    ...describeDecided(decided, context.language),
    hint: hint === null ? '' : t(`visibilityHint.${hint}`),
    crmLink: state === 'enabled' ? screenLink(key, context) : null,
  };
}

function summarize(context: EntitledPanelContext, filter: FeatureFilter): PanelView['summary'] {
  const { counts } = context.report;
  if (counts.unknown === counts.total) return null;
  const { enabled, total } = counts;
  return {
    text: context.language.t('panel.summary', { enabled, total }),
    states: countStates(context, filter),
  };
}

/** A session lives for an hour, and each begins with a read of the rights: they may be this much older, ms. */
const rightsAgeMs = 60 * 60_000;

function olderRights({ userLicenses, language }: EntitledPanelContext): Timestamp | null {
  const { functionRights = null, functionRightsReadAt: readAt } = userLicenses?.content ?? {};
  const isOlder = readAt !== undefined && readAt + rightsAgeMs < (userLicenses?.readAt ?? 0);
  return isOlder && functionRights !== null ? formatTimestamp(readAt, language) : null;
}

function findEmptyState({ userLicenses, report }: EntitledPanelContext): EmptyState | null {
  if (userLicenses === null) return 'licenses-unread';
  return report.plan?.kind === 'no-plan' ? 'no-plan' : null;
}

function describeNotices(context: EntitledPanelContext): string[] {
  const { report, tenantLicenses, tenant, language } = context;
  const { t } = language;
  const dates = report.notices.map((notice) => describeLicenseNotice(notice, language));
  const inactive = tenant.status === 'active' ? [] : [t(`notice.${tenant.status}`)];
  const unread = context.isFromList ? [t('notice.fromList')] : [];
  return [...inactive, ...unread, ...dates, ...(tenantLicenses ? [] : [t('notice.tenantLicenseRefused')])];
}

function foundText(
  results: PanelView['results'],
  solutions: readonly SolutionView[],
  filter: FeatureFilter,
  { t, number }: Language,
): string {
  if (!isFiltering(filter)) return '';
  const rows = solutions.flatMap(({ missing, enabled }) =>
    [...missing, ...enabled].flatMap(({ features }) => features),
  );
  if (results?.length === 0 && filter.show === 'all') return t('filter.notListed');
  const count = results?.length ?? countRows(rows);
  return count === 0 ? t('filter.nothing') : t('filter.showing').replace('#', number(count));
}
