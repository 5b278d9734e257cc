import { findAddOnHint } from '../../licensing/advice/visibility-hints.ts';
import { getAddOnLabel } from '../../licensing/catalogue/add-ons.ts';
import { type CatalogueRow, catalogue, getChildRows } from '../../licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../licensing/catalogue/feature-keys.ts';
import type { AddOn } from '../../licensing/entitlements/add-ons.ts';
import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { FeatureCounts } from '../../licensing/entitlements/entitlement-report.ts';
import { type CrmLink, screenLink } from '../crm-links.ts';
import { panelUserQuery } from '../links.ts';
import { assignedPlanName, assignedPlanNote } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';
import { type SuiteLimitRow, suiteLimitRows } from '../suite-limit-rows.ts';
import {
  type AccessRequestSummary,
  accessRequestSummaries,
  isOpen,
  toSubject,
} from './access-request-view.ts';
import {
  countRows,
  type FeatureFilter,
  filterRows,
  isFiltering,
  isShown,
  parseFeatureFilter,
} from './feature-filter.ts';
import { type FeatureRow, featureRow } from './feature-row.ts';
import { type SuggestedUpgrade, suggestUpgrades } from './next-plan-view.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { type SearchResultView, searchFeatures } from './search-results.ts';

interface TierView {
  readonly title: string;
  readonly features: readonly FeatureRow[];
}

interface SolutionView {
  readonly id: CatalogueRow['solution'];
  readonly title: string;
  readonly tally: string;
  readonly tiers: readonly TierView[];
}

interface StateCount {
  readonly state: FeatureState;
  readonly text: string;
  readonly count: number;
}

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

/** Values of `views/panel.ejs`. */
export interface PanelView {
  /** The query that every URL in the panel carries. */
  readonly query: string;
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
  readonly csrfToken: string;
  readonly isAdministrator: boolean;
  readonly companyName: string;
  readonly plan: string;
  readonly planNote: string;
  /** Null if the state of every feature is unknown. */
  readonly summary: {
    readonly text: string;
    readonly enabledPercent: number;
    readonly rest: readonly StateCount[];
  } | null;
  readonly suggestedUpgrades: readonly SuggestedUpgrade[];
  readonly accessRequests: readonly AccessRequestSummary[];
  /** The limits of CRM Suite; empty without it. */
  readonly limits: readonly SuiteLimitRow[];
  /** When the older part of the license data was read; null without license data. */
  readonly asOf: Timestamp | null;
  readonly stale: boolean;
  readonly notices: readonly string[];
  readonly filter: FeatureFilter;
  readonly found: string;
  /** What the search found, in place of the solutions; null without a search. */
  readonly results: readonly SearchResultView[] | null;
  /** The solutions in fixed columns, so that they do not move while the page loads. */
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
    companyName: tenant.companyName,
    plan: assignedPlanName(report.plan, language),
    planNote: assignedPlanNote(report.plan, language),
    summary: summarize(report.counts, language),
    suggestedUpgrades: suggestUpgrades(context),
    accessRequests: accessRequestSummaries(context.accessRequests, url, context.today, language),
    limits: suiteLimitRows(report.plan, context.tenantLicenses?.content.limits ?? null, language),
    asOf: snapshots.length === 0 ? null : formatTimestamp(readAt, language),
    // While nothing may be read, the data is old for a reason that the notice gives.
    stale: tenant.status === 'active' && snapshots.some((snapshot) => snapshot.stale),
    notices: describeNotices(context),
    filter,
    found: foundText(results, solutions, filter, language),
    results,
    columns: arrangeColumns(solutions),
    addOns: report.addOns.map((addOn) => addOnView(addOn, context)),
    newerFeatures: t('panel.tally', {
      enabled: report.newerFeatures.filter(({ state }) => state === 'enabled').length,
      total: report.newerFeatures.length,
    }),
    unknownModules: report.unknownModules.join(', '),
  };
}

function addOnView({ key, state, reason }: AddOn, context: EntitledPanelContext): AddOnView {
  const { t, code } = context.language;
  const hint = state === 'enabled' ? findAddOnHint(key) : null;
  return {
    id: key,
    label: getAddOnLabel(key, code),
    state,
    stateText: t(`state.${state}`),
    reason: t(`reason.${reason}`),
    hint: hint === null ? '' : t(`visibilityHint.${hint}`),
    crmLink: state === 'enabled' ? screenLink(key, context) : null,
  };
}

function summarize(counts: FeatureCounts, { t }: Language): PanelView['summary'] {
  const { total, enabled, upgrade, viewOnly, hiddenByRole, unknown } = counts;
  if (unknown === total) return null;
  const rest = [
    ['upgrade', upgrade],
    ['view-only', viewOnly],
    ['hidden-by-role', hiddenByRole],
    ['unknown', unknown],
  ] as const;
  return {
    text: t('panel.summary', { enabled, total }),
    enabledPercent: Math.round((100 * enabled) / total),
    rest: rest
      .filter(([, count]) => count > 0)
      .map(([state, count]) => ({ state, count, text: t(`state.${state}`) })),
  };
}

function describeNotices({
  report,
  tenantLicenses,
  tenant,
  language: { t, date },
}: EntitledPanelContext): string[] {
  const dates = report.notices.map(({ kind, date: day, graceDate }) => {
    const text = t(`notice.${kind}`, { date: date(day) });
    const inGrace = kind === 'license-expired' && graceDate !== null;
    return inGrace ? `${text} ${t('notice.grace', { date: date(graceDate) })}` : text;
  });
  const inactive = tenant.status === 'active' ? [] : [t(`notice.${tenant.status}`)];
  return [...inactive, ...dates, ...(tenantLicenses ? [] : [t('notice.tenantLicenseRefused')])];
}

function foundText(
  results: PanelView['results'],
  solutions: readonly SolutionView[],
  filter: FeatureFilter,
  { t, number }: Language,
): string {
  if (!isFiltering(filter)) return '';
  const rows = solutions.flatMap(({ tiers }) => tiers.flatMap(({ features }) => features));
  const count = results?.length ?? countRows(rows);
  return count === 0 ? t('filter.nothing') : t('filter.showing').replace('#', number(count));
}

const columns: readonly (readonly SolutionView['id'][])[] = [
  ['sales', 'service'],
  ['marketing', 'common'],
];

/** Solutions in columns; empty columns are dropped. */
function arrangeColumns(solutions: readonly SolutionView[]): PanelView['columns'] {
  return columns
    .map((ids) => solutions.filter(({ id }) => ids.includes(id)))
    .filter((column) => column.length > 0);
}

/** The features that every plan includes come last, because users look for the others. */
const tiersBySolution = [
  ['sales', ['essential', 'premium']],
  ['service', ['essential', 'premium']],
  ['marketing', ['essential', 'premium']],
  ['common', ['common']],
] as const;

function solutionViews(
  { report, accessRequests, language }: EntitledPanelContext,
  filter: FeatureFilter,
): SolutionView[] {
  const { t } = language;
  const decided = new Map(report.entitlements.map((entitlement) => [entitlement.row, entitlement]));
  const isRequested = (feature: FeatureKey) =>
    accessRequests.some((accessRequest) => isOpen(accessRequest, toSubject('feature', feature)));
  const toRows = (row: CatalogueRow): FeatureRow[] => {
    const entitlement = decided.get(row.id);
    const children = getChildRows(row.id).flatMap(toRows);
    return entitlement ? [featureRow(entitlement, children, isRequested(row.feature), language)] : [];
  };
  const views = tiersBySolution.map(([solution, tiers]) => {
    const rows = catalogue.filter((row) => row.solution === solution);
    const leaves = rows.filter((row) => getChildRows(row.id).length === 0);
    const enabled = leaves.filter((row) => decided.get(row.id)?.state === 'enabled').length;
    const tierViews = tiers.map((tier) => {
      const own = rows.filter((row) => row.tier === tier && row.parent === null).flatMap(toRows);
      return {
        title: tier === 'common' ? '' : t(`tier.${tier}`),
        features: filterRows(own, filter),
      };
    });
    return {
      id: solution,
      title: t(`solution.${solution}`),
      tally: t('panel.tally', { enabled, total: leaves.length }),
      tiers: tierViews.filter(({ features }) => features.length > 0),
    };
  });
  return views.filter(({ tiers }) => tiers.length > 0);
}
