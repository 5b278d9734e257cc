import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { AccessRequest } from '../../tenants/access-request-store.ts';
import { deleteRemoved } from '../delete-removed.ts';
import {
  type CompactBody,
  type CompressedBody,
  compactBody,
  compressedBody,
} from '../rendering/compression.ts';
import type { Views } from '../rendering/views.ts';
import { isFiltering, parseFeatureFilter } from './feature-filter.ts';
import { type PageBasis, type PanelContext, withEntitlements } from './panel-context.ts';
import { panelView } from './panel-view.ts';
import { refreshText } from './refresh.ts';

/** A rendered panel page. */
interface Page {
  readonly body: CompressedBody;
  /** False for a page that prints what its URL says: beside the CSRF token, it must not be compressed. */
  readonly mayCompress: boolean;
  /** A hash of the HTML, so the same in every process; weak, so the same in every encoding. */
  readonly etag: string;
}

/** A page that is kept, in the forms that were asked for. */
interface CachedPage extends Page {
  readonly body: CompactBody;
  readonly version: string;
}

/** The panel pages of users. */
export interface PageCache {
  /** The page of a context, with the feature filter that the query asks for. */
  get(context: PanelContext, query: unknown): Page;
  /** The kept page without a filter, if it is current; null if it must be rendered. */
  peek(basis: PageBasis): CachedPage | null;
}

/**
 * Caches one unfiltered page per user, language and role, up to `maxBytes`, in the forms that browsers ask for. A cached page is
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
    sizeCalculation: ({ body }) => body.size(),
  });

  const toUtf8 = utf8Encoder();

  onRemoval((removed) => deleteRemoved(cache, removed));

  function render(context: PanelContext, query: unknown) {
    const view = panelView(withEntitlements(context, entitlementEngine), query);
    const html = toUtf8(views('panel', context.language, view));
    const etag = `W/"${hash('sha1', html, 'base64url')}"`;
    return { html, etag, mayCompress: view.filter.search === '' };
  }

  function peek(basis: PageBasis): CachedPage | null {
    const cached = cache.get(pageKey(basis));
    return cached?.version === pageVersion(basis) ? cached : null;
  }

  /** Renders a page that is kept; its entry in the cache grows and shrinks with its forms. */
  function renderKept(context: PanelContext): CachedPage {
    const key = pageKey(context);
    const { html, ...rendered } = render(context, {});
    const body = compactBody(html, () => {
      if (cache.peek(key)?.body === body) cache.set(key, { ...page });
    });
    const page = { ...rendered, body, version: pageVersion(context) };
    cache.set(key, page);
    return page;
  }

  return {
    peek,
    get(context, query) {
      const isKept = !isFiltering(parseFeatureFilter(query)) && refreshText(query, context.language) === '';
      if (isKept) return peek(context) ?? renderKept(context);
      const { html, ...page } = render(context, query);
      return { ...page, body: compressedBody(html, 'page') };
    },
  };
}

/** Encodes texts in room that is kept. `Buffer.from` would go through a text twice, as it needs its length first. */
function utf8Encoder(): (text: string) => Buffer {
  let room = Buffer.alloc(0);
  return (text) => {
    const needed = text.length * maxBytesPerCharacter;
    if (room.length < needed) room = Buffer.allocUnsafeSlow(needed);
    const bytes = Buffer.allocUnsafeSlow(room.write(text));
    room.copy(bytes);
    return bytes;
  };
}

/** In UTF-8, of a code unit of a string. */
const maxBytesPerCharacter = 3;

/**
 * The user a page is for, its language, and whether it shows what only administrators see. Nothing else of the URL, so
 * that one user has at most two pages per language in the cache.
 */
function pageKey({ session, language }: PageBasis): string {
  const { tenantId, associateId } = session;
  return `${tenantId}/${associateId} ${language.code} ${session.isAdministrator}`;
}

/**
 * Versions of everything that the page of one user shows and that may change: the tenant (status, name and the address of
 * its CRM), its licenses, the user's licenses (or the plan on the list) and access requests, for administrators how many are open,
 * and the day, with which the CSRF token of the forms changes. Only the name may contain spaces, so it comes last. Locales and
 * templates do not change while a process runs.
 */
export function pageVersion(basis: PageBasis): string {
  const { tenant, tenantLicenses, userLicenses, accessRequests, openRequests, today } = basis;
  const { crmScreenPattern, isFromList } = basis;
  const licenses = `${snapshotVersion(tenantLicenses)} ${snapshotVersion(userLicenses)} ${isFromList}`;
  const requests = accessRequests.map(accessRequestVersion).join();
  return `${licenses} ${requests} ${openRequests} ${today} ${crmScreenPattern} ${tenant.status} ${tenant.companyName}`;
}

function snapshotVersion(snapshot: CachedSnapshot<unknown> | null): string {
  return snapshot === null ? 'none' : String(snapshot.version);
}

/** A request changes once, when it is resolved. */
function accessRequestVersion({ id, state, resolvedAt }: AccessRequest): string {
  return `${id}-${state}-${resolvedAt?.getTime()}`;
}
