import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { AccessRequest } from '../../tenants/access-request-store.ts';
import { deleteRemoved } from '../delete-removed.ts';
import { type CompressedBody, compressedBody } from '../rendering/compression.ts';
import type { Views } from '../rendering/views.ts';
import { isFiltering, parseFeatureFilter } from './feature-filter.ts';
import { type PanelContext, withEntitlements } from './panel-context.ts';
import { panelView } from './panel-view.ts';
import { refreshText } from './refresh.ts';

/** A rendered panel page. */
interface Page {
  readonly html: Buffer;
  /** Null for a page that prints what its URL says: beside the CSRF token, it must not be compressed. */
  readonly compressed: CompressedBody | null;
  /** A hash of the HTML, so the same in every process; weak, so the same in every encoding. */
  readonly etag: string;
}

/** Returns the panel page of a context, with the feature filter that the query asks for. */
export type PageCache = (context: PanelContext, query: unknown) => Page;

interface CachedPage extends Page {
  readonly version: string;
}

/** Room for the compressed forms of a page, as a part of its HTML; they take less. */
const compressedShare = 1 / 3;

/**
 * Caches one unfiltered page per user, language and role, up to `maxBytes` with its compressed forms. A cached page is
 * valid as long as its `pageVersion` is the current one. Filtered pages and those after a refresh are rendered for each request.
 */
export function createPageCache(deps: {
  views: Views;
  entitlementEngine: EntitlementEngine;
  maxBytes: number;
  /** Calls the listener when the data of a tenant or of a user were removed; null stands for all. */
  onRemoval: (listener: (key: string | null) => void) => void;
}): PageCache {
  const { views, entitlementEngine, maxBytes, onRemoval } = deps;
  const cache = new LRUCache<string, CachedPage>({
    maxSize: maxBytes,
    sizeCalculation: ({ html }) => Math.ceil(html.length * (1 + compressedShare)),
  });

  onRemoval((removed) => deleteRemoved(cache, removed));

  function render(context: PanelContext, query: unknown): Page {
    const view = panelView(withEntitlements(context, entitlementEngine), query);
    const html = Buffer.from(views('panel', context.language, view));
    const etag = `W/"${createHash('sha1').update(html).digest('base64url')}"`;
    return { html, compressed: view.filter.search === '' ? compressedBody(html, 'page') : null, etag };
  }

  return (context, query) => {
    if (isFiltering(parseFeatureFilter(query)) || refreshText(query, context.language) !== '')
      return render(context, query);
    const key = pageKey(context);
    const version = pageVersion(context);
    const cached = cache.get(key);
    if (cached?.version === version) return cached;
    const page = { ...render(context, query), version };
    cache.set(key, page);
    return page;
  };
}

/**
 * The user a page is for, its language, and whether it shows what only administrators see. Nothing else of the URL, so
 * that one user has at most two pages per language in the cache.
 */
function pageKey({ session, language }: PanelContext): string {
  const { tenantId, associateId } = session;
  return `${tenantId}/${associateId} ${language.code} ${session.isAdministrator}`;
}

/**
 * Versions of everything that the page of one user shows and that may change: the tenant (status, name and the address of
 * its CRM), its licenses, the user's licenses (or the plan on the list) and access requests, for administrators how many are open, the day, and the CSRF token of the forms. Only the name may contain
 * spaces, so it comes last. Locales and templates do not change while a process runs.
 */
export function pageVersion(context: PanelContext): string {
  const { tenant, tenantLicenses, userLicenses, accessRequests, openRequests, today } = context;
  const { csrfToken, crmScreenPattern, isFromList } = context;
  const licenses = `${snapshotVersion(tenantLicenses)} ${snapshotVersion(userLicenses)} ${isFromList}`;
  const requests = accessRequests.map(accessRequestVersion).join();
  return `${licenses} ${requests} ${openRequests} ${today} ${csrfToken} ${crmScreenPattern} ${tenant.status} ${tenant.companyName}`;
}

function snapshotVersion(snapshot: CachedSnapshot<unknown> | null): string {
  return snapshot === null ? 'none' : String(snapshot.version);
}

/** A request changes once, when it is resolved. */
function accessRequestVersion({ id, state, resolvedAt }: AccessRequest): string {
  return `${id}-${state}-${resolvedAt?.getTime()}`;
}
