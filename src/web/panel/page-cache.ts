import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Views } from '../rendering/views.ts';
import { filterOf, isFiltering } from './feature-filter.ts';
import type { Visit } from './panel-context.ts';
import { panelView } from './panel-view.ts';

/** A panel as it is sent. */
export interface Page {
  readonly html: Buffer;
  /** The same for the same bytes, in every process. */
  readonly etag: string;
}

/** Gives the panel of a visit. */
export type Pages = (visit: Visit, query: unknown) => Page;

interface KeptPage extends Page {
  readonly shows: readonly unknown[];
}

/**
 * Keeps the panels of those who come again, up to so many bytes. A page is made anew when anything it shows is another
 * object than before: what is remembered of tenant, licenses and wishes stays the same object until it changes.
 */
export function createKeptPages({ views, maxBytes }: { views: Views; maxBytes: number }): Pages {
  const kept = new LRUCache<string, KeptPage>({
    maxSize: maxBytes,
    sizeCalculation: ({ html }) => html.length,
  });

  function made(visit: Visit, query: unknown): Page {
    const html = Buffer.from(views('panel', visit.language, panelView(visit, query)));
    return { html, etag: `"${createHash('sha1').update(html).digest('base64url')}"` };
  }

  return (visit, query) => {
    if (isFiltering(filterOf(query))) return made(visit, query);
    const key = keyOf(visit);
    const shows = shownBy(visit);
    const known = kept.get(key);
    if (known?.shows.every((shown, index) => shown === shows[index])) return known;
    const page = { ...made(visit, query), shows };
    kept.set(key, page);
    return page;
  };
}

/** Who sees it and how: few things, which do not change from one view to the next. */
function keyOf({ address, session, language }: Visit): string {
  const { ctx, associateId } = session;
  return `${ctx}/${associateId} ${address.language} ${language.code} ${session.isAdministrator}`;
}

function shownBy({ tenant, bought, held, wishes, today, csrfToken }: Visit): readonly unknown[] {
  return [tenant, bought, held, wishes, today, csrfToken];
}
