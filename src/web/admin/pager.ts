import { z } from 'zod';
import type { Language } from '../rendering/i18n.ts';

/** A page of a list, from 1, as `views/partials/pager.ejs` shows it. The addresses are empty if there is no such page. */
export interface Pager {
  readonly text: string;
  readonly previous: string;
  readonly next: string;
}

const pageSchema = z.coerce.number().int().min(1).max(10_000).catch(1);

/** The page of a list that a query asks for; the first one if it names none. */
export function requestedPage(query: { readonly page?: unknown }): number {
  return pageSchema.parse(query.page);
}

/** Links to the pages beside one; `query` is what they keep of its query. Null if the list has only one page. */
export function pager(
  { page, hasMore }: { readonly page: number; readonly hasMore: boolean },
  query: Readonly<Record<string, string>>,
  { t, number }: Language,
): Pager | null {
  if (page === 1 && !hasMore) return null;
  const link = (to: number) => `?${new URLSearchParams({ ...query, page: String(to) })}`;
  return {
    text: t('admin.pager.page', { page: number(page) }),
    previous: page > 1 ? link(page - 1) : '',
    next: hasMore ? link(page + 1) : '',
  };
}
