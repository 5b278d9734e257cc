import { LRUCache } from 'lru-cache';
import { atMost } from '../../cache-size.ts';
import { type CatalogueRow, catalogue, getChildRows } from '../../licensing/catalogue/catalogue.ts';
import type { Entitlement } from '../../licensing/entitlements/entitlement.ts';
import type { Language } from '../rendering/i18n.ts';
import { isFeatureRequested } from './access-request-view.ts';
import { countRows, type FeatureFilter, filterRows, isFiltering } from './feature-filter.ts';
import { type FeatureRow, featureRow, isCounted } from './feature-row.ts';
import type { EntitledPanelContext } from './panel-context.ts';

interface TierView {
  readonly title: string;
  readonly features: readonly FeatureRow[];
}

/** A tier in its two parts, which can be empty. */
interface SplitTier {
  readonly missing: TierView;
  readonly enabled: TierView;
}

/** A solution: what the user lacks first, and what is enabled folded. */
export interface SolutionView {
  readonly id: CatalogueRow['solution'];
  readonly title: string;
  /** The enabled features and all, without those that another solution counts. */
  readonly tally: string;
  readonly missing: readonly TierView[];
  readonly enabled: readonly TierView[];
  /** Heading of the enabled features, with the number of those that are counted here. */
  readonly enabledText: string;
  /** Whether the enabled features are shown: a filter must not hide what it found. */
  readonly isOpen: boolean;
}

/** The features that every plan includes come last, because users look for the others. */
const tiersBySolution = [
  ['sales', ['essential', 'premium']],
  ['service', ['essential', 'premium']],
  ['marketing', ['essential', 'premium']],
  ['common', ['common']],
] as const;

/** The rows of each solution: those that it counts, and all and those of each tier without the rows of groups. */
const solutionParts = tiersBySolution.map(([solution, tiers]) => {
  const rows = catalogue.filter((row) => row.solution === solution);
  const topRows = rows.filter((row) => row.parent === null);
  return {
    solution,
    counted: rows.filter((row) => getChildRows(row.id).length === 0 && isCounted(row)),
    topRows,
    tiers: tiers.map((tier) => ({ tier, rows: topRows.filter((row) => row.tier === tier) })),
  };
});

/** Limits memory: a tier and its print take about 5 kB. */
const maxSharedTiers = 200;

/** The tiers without a filter, by what they show: the same objects for all users, so that they print once. */
const sharedTiers = new WeakMap<Language, LRUCache<string, SplitTier>>();

/** The solutions with the features that match a filter. A solution without any is dropped. */
export function solutionViews(context: EntitledPanelContext, filter: FeatureFilter): SolutionView[] {
  const { report, language } = context;
  const { t, number } = language;
  const decided = new Map(report.entitlements.map((entitlement) => [entitlement.row, entitlement]));
  const toTier = tierMaker(decided, context, filter);
  const views = solutionParts.map(({ solution, counted, topRows, tiers }) => {
    const tally = {
      enabled: counted.filter((row) => decided.get(row.id)?.state === 'enabled').length,
      total: counted.length,
    };
    // The tiers are those of user plans: a CRM Suite plan has none.
    const hasTiers = report.model !== 'suite' && solution !== 'common';
    const split = hasTiers
      ? tiers.map(({ tier, rows }) => toTier(t(`tier.${tier}`), rows))
      : [toTier('', topRows)];
    const enabled = split.map((tier) => tier.enabled).filter(hasFeatures);
    const count = enabled.reduce((sum, { features }) => sum + countRows(features), 0);
    return {
      id: solution,
      title: t(`solution.${solution}`),
      tally: t('panel.tally', tally),
      missing: split.map((tier) => tier.missing).filter(hasFeatures),
      enabled,
      // All of them may be counted under another solution.
      enabledText: count === 0 ? t('state.enabled') : `${t('state.enabled')}: ${number(count)}`,
      isOpen: isFiltering(filter),
    };
  });
  return views.filter(({ missing, enabled }) => missing.length + enabled.length > 0);
}

/** Returns a function that makes a tier of its rows without those of groups. */
function tierMaker(
  decided: ReadonlyMap<string, Entitlement>,
  { accessRequests, language }: EntitledPanelContext,
  filter: FeatureFilter,
): (title: string, rows: readonly CatalogueRow[]) => SplitTier {
  const isRequested = ({ feature }: CatalogueRow) => isFeatureRequested(accessRequests, feature);
  const toRow = (row: CatalogueRow): FeatureRow[] => {
    const entitlement = decided.get(row.id);
    if (entitlement === undefined) return [];
    const children = getChildRows(row.id).flatMap(toRow);
    return [featureRow(entitlement, children, isRequested(row), language)];
  };
  const createTier = (title: string, rows: readonly CatalogueRow[]) => {
    const features = filterRows(rows.flatMap(toRow), filter);
    return {
      missing: { title, features: features.filter((row) => !isEnabled(row)) },
      enabled: { title, features: features.filter(isEnabled) },
    };
  };
  if (isFiltering(filter)) return createTier;
  const tiers = sharedTiers.get(language) ?? new LRUCache<string, SplitTier>(atMost(maxSharedTiers));
  sharedTiers.set(language, tiers);
  const toKey = (row: CatalogueRow): string => {
    const key = `${decided.get(row.id)?.state}${isRequested(row) ? '*' : ''}`;
    return getChildRows(row.id).reduce((joined, child) => `${joined} ${toKey(child)}`, key);
  };
  return (title, rows) => {
    const key = rows.reduce((joined, row) => `${joined} ${toKey(row)}`, `${rows[0]?.id} ${title}`);
    const tier = tiers.get(key) ?? createTier(title, rows);
    tiers.set(key, tier);
    return tier;
  };
}

function hasFeatures({ features }: TierView): boolean {
  return features.length > 0;
}

/** Whether a row is enabled; a group only with all features in it, so that it stays in one place. */
function isEnabled({ feature, state, children }: FeatureRow): boolean {
  return feature === null ? children.every(isEnabled) : state === 'enabled';
}

/** Distributes solutions over two columns of about the same height; an empty column is dropped. */
export function arrangeColumns(solutions: readonly SolutionView[]): SolutionView[][] {
  const columns = [emptyColumn(), emptyColumn()] as const;
  for (const solution of solutions) {
    const [first, second] = columns;
    const column = second.height < first.height ? second : first;
    column.solutions.push(solution);
    column.height += headerHeight + solution.missing.reduce((sum, tier) => sum + tierHeight(tier), 0);
  }
  return columns.map((column) => column.solutions).filter((column) => column.length > 0);
}

/** A card's header and its folded features, in rows. */
const headerHeight = 4;

function tierHeight({ features }: TierView): number {
  return 1 + features.length + features.reduce((sum, { children }) => sum + children.length, 0);
}

function emptyColumn(): { solutions: SolutionView[]; height: number } {
  return { solutions: [], height: 0 };
}
