import { z } from 'zod';
import type { FeatureRow } from './feature-row.ts';

/** Which features a reader wants to see. */
const shown = ['all', 'enabled', 'missing'] as const;

const filterSchema = z.object({
  show: z.enum(shown).catch('all'),
  search: z.string().max(100).catch(''),
});

export type FeatureFilter = Readonly<z.infer<typeof filterSchema>>;

/** The filter of a panel's address; what makes no sense filters nothing. */
export function parseFeatureFilter(query: unknown): FeatureFilter {
  const { show, search } = filterSchema.parse(query);
  return { show, search: search.trim() };
}

/** Whether a filter keeps anything back. */
export function isFiltering({ show, search }: FeatureFilter): boolean {
  return show !== 'all' || search !== '';
}

/** The rows a filter lets through; a group stays with those of its features that do. */
export function filtered(rows: readonly FeatureRow[], filter: FeatureFilter, locale: string): FeatureRow[] {
  return rows.flatMap((row) => {
    if (row.feature !== null) return passes(row, filter, locale) ? [row] : [];
    const children = filtered(row.children, filter, locale);
    return children.length > 0 ? [{ ...row, children }] : [];
  });
}

/** The features among rows: groups do not count. */
export function countRows(rows: readonly FeatureRow[]): number {
  return rows.reduce((sum, row) => sum + (row.feature === null ? countRows(row.children) : 1), 0);
}

function passes({ label, state }: FeatureRow, { show, search }: FeatureFilter, locale: string): boolean {
  const isEnabled = state === 'enabled';
  if (show !== 'all' && isEnabled !== (show === 'enabled')) return false;
  return label.toLocaleLowerCase(locale).includes(search.toLocaleLowerCase(locale));
}
