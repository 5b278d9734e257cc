import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Views } from '../rendering/views.ts';
import { isFiltering, parseFeatureFilter } from './feature-filter.ts';
import type { PanelContext } from './panel-context.ts';
import { panelView } from './panel-view.ts';

/** A panel as it is sent. */
export interface Page {
  readonly html: Buffer;
  /** The same for the same bytes, in every process. */
  readonly etag: string;
}

/** Gives the panel of a visit. */
export type PageCache = (context: PanelContext, query: unknown) => Page;

interface CachedPage extends Page {
  readonly shows: readonly unknown[];
}

/**
 * Keeps the panels of those who come again, up to so many bytes. A page is made anew when anything it shows is another
 * object than before: what is remembered of tenant, licenses and wishes stays the same object until it changes.
 */
export function createPageCache({ views, maxBytes }: { views: Views; maxBytes: number }): PageCache {
  const kept = new LRUCache<string, CachedPage>({
    maxSize: maxBytes,
    sizeCalculation: ({ html }) => html.length,
  });

  function made(context: PanelContext, query: unknown): Page {
    const html = Buffer.from(views('panel', context.language, panelView(context, query)));
    return { html, etag: `"${createHash('sha1').update(html).digest('base64url')}"` };
  }

  return (context, query) => {
    if (isFiltering(parseFeatureFilter(query))) return made(context, query);
    const key = keyOf(context);
    const shows = shownBy(context);
    const known = kept.get(key);
    if (known?.shows.every((shown, index) => shown === shows[index])) return known;
    const page = { ...made(context, query), shows };
    kept.set(key, page);
    return page;
  };
}

/** Who sees it and how: few things, which do not change from one view to the next. */
function keyOf({ url, session, language }: PanelContext): string {
  const { tenantId, associateId } = session;
  return `${tenantId}/${associateId} ${url.language} ${language.code} ${session.isAdministrator}`;
}

function shownBy({
  tenant,
  tenantLicenses,
  userLicenses,
  accessRequests,
  today,
  csrfToken,
}: PanelContext): readonly unknown[] {
  return [tenant, tenantLicenses, userLicenses, accessRequests, today, csrfToken];
}
