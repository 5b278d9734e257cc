import { type CatalogueRow, catalogue, getChildRows } from '../../licensing/catalogue/catalogue.ts';
import { isFeatureRequested } from './access-request-view.ts';
import { countRows, type FeatureFilter, filterRows, isFiltering } from './feature-filter.ts';
import { type FeatureRow, featureRow, isCounted } from './feature-row.ts';
import type { EntitledPanelContext } from './panel-context.ts';

interface TierView {
  readonly title: string;
  readonly features: readonly FeatureRow[];
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

/** The rows of each solution: those that it counts, and those of each tier without the rows of groups. */
const solutionParts = tiersBySolution.map(([solution, tiers]) => {
  const rows = catalogue.filter((row) => row.solution === solution);
  return {
    solution,
    counted: rows.filter((row) => getChildRows(row.id).length === 0 && isCounted(row)),
    tiers: tiers.map((tier) => ({
      tier,
      rows: rows.filter((row) => row.tier === tier && row.parent === null),
    })),
  };
});

/** The solutions with the features that match a filter. A solution without any is dropped. */
export function solutionViews(
  { report, accessRequests, language }: EntitledPanelContext,
  filter: FeatureFilter,
): SolutionView[] {
  const { t, number } = language;
  const decided = new Map(report.entitlements.map((entitlement) => [entitlement.row, entitlement]));
  const toRow = ({ id }: CatalogueRow): FeatureRow[] => {
    const entitlement = decided.get(id);
    if (entitlement === undefined) return [];
    const children = getChildRows(id).flatMap(toRow);
    return [
      featureRow(entitlement, children, isFeatureRequested(accessRequests, entitlement.feature), language),
    ];
  };
  const views = solutionParts.map(({ solution, counted, tiers }) => {
    const tally = {
      enabled: counted.filter((row) => decided.get(row.id)?.state === 'enabled').length,
      total: counted.length,
    };
    // The tiers are those of user plans: a CRM Suite plan has none.
    const hasTiers = report.model !== 'suite' && solution !== 'common';
    const parts = hasTiers
      ? tiers.map(({ tier, rows }) => ({ title: t(`tier.${tier}`), rows }))
      : [{ title: '', rows: tiers.flatMap(({ rows }) => rows) }];
    const tierViews = parts.map(({ title, rows }) => ({
      title,
      features: filterRows(rows.flatMap(toRow), filter),
    }));
    const enabled = select(tierViews, isEnabled);
    const count = enabled.reduce((sum, { features }) => sum + countRows(features), 0);
    return {
      id: solution,
      title: t(`solution.${solution}`),
      tally: t('panel.tally', tally),
      missing: select(tierViews, (row) => !isEnabled(row)),
      enabled,
      // All of them may be counted under another solution.
      enabledText: count === 0 ? t('state.enabled') : `${t('state.enabled')}: ${number(count)}`,
      isOpen: isFiltering(filter),
    };
  });
  return views.filter(({ missing, enabled }) => missing.length + enabled.length > 0);
}

function select(tiers: readonly TierView[], isSelected: (row: FeatureRow) => boolean): TierView[] {
  return tiers
    .map(({ title, features }) => ({ title, features: features.filter(isSelected) }))
    .filter(({ features }) => features.length > 0);
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
