import { z } from 'zod';
import type { FeatureRow } from './feature-row.ts';

/** Values of the filter: all features, or those of one state. */
const shownFeatures = ['all', 'enabled', 'view-only', 'hidden-by-role', 'upgrade', 'unknown'] as const;

const filterSchema = z.object({
  show: z.enum(shownFeatures).catch('all'),
  search: z.string().max(100).catch(''),
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
  const query = new URLSearchParams({ ...(show !== 'all' && { show }), ...(search !== '' && { search }) });
  return query.size === 0 ? '' : `&${query}`;
}

/** The rows that match a filter; a group keeps its matching features. `locale` is for the search without case. */
export function filterRows(rows: readonly FeatureRow[], filter: FeatureFilter, locale: string): FeatureRow[] {
  return rows.flatMap((row) => {
    if (row.feature !== null) return matches(row, filter, locale) ? [row] : [];
    const children = filterRows(row.children, filter, locale);
    return children.length > 0 ? [{ ...row, children }] : [];
  });
}

/** The number of features in rows, without groups. */
export function countRows(rows: readonly FeatureRow[]): number {
  return rows.reduce((sum, row) => sum + (row.feature === null ? countRows(row.children) : 1), 0);
}

function matches({ label, state }: FeatureRow, { show, search }: FeatureFilter, locale: string): boolean {
  if (show !== 'all' && state !== show) return false;
  return label.toLocaleLowerCase(locale).includes(search.toLocaleLowerCase(locale));
}
