import { z } from 'zod';
import type { FeatureRow } from './feature-row.ts';

/** Values of the filter: all features, or those of one state. */
const shownFeatures = ['all', 'enabled', 'view-only', 'hidden-by-role', 'upgrade', 'unknown'] as const;

// The defaults spare most views the two errors that "catch" would make of missing values.
const filterSchema = z.object({
  show: z.enum(shownFeatures).default('all').catch('all'),
  search: z.string().max(100).default('').catch(''),
});

/** The filter of the feature list. */
export type FeatureFilter = Readonly<z.infer<typeof filterSchema>>;

/** Parses the filter in the query of the panel's URL; invalid values filter nothing. */
export function parseFeatureFilter(query: unknown): FeatureFilter {
  const { show, search } = filterSchema.parse(query);
  return { show, search: search.trim() };
}

/** Whether a filter may hide features. */
export function isFiltering({ show, search }: FeatureFilter): boolean {
  return show !== 'all' || search !== '';
}

/** The filter as it continues the query of the panel; empty if it filters nothing. */
export function filterQuery({ show, search }: FeatureFilter): string {
  const searched = search === '' ? '' : `&${new URLSearchParams({ search })}`;
  return show === 'all' ? searched : `&show=${show}${searched}`;
}

/** The rows with a state that a filter shows; a group keeps its features that have it. */
export function filterRows(rows: readonly FeatureRow[], filter: FeatureFilter): FeatureRow[] {
  return rows.flatMap((row) => {
    if (row.feature !== null) return isShown(row, filter) ? [row] : [];
    const children = filterRows(row.children, filter);
    return children.length > 0 ? [{ ...row, children }] : [];
  });
}

/** The number of features in rows, without groups and without those that are counted elsewhere. */
export function countRows(rows: readonly FeatureRow[]): number {
  const count = (row: FeatureRow) => {
    if (row.feature === null) return countRows(row.children);
    return row.countedUnder === '' ? 1 : 0;
  };
  return rows.reduce((sum, row) => sum + count(row), 0);
}

/** Whether a filter shows features of this state. */
export function isShown({ state }: Pick<FeatureRow, 'state'>, { show }: FeatureFilter): boolean {
  return show === 'all' || state === show;
}
