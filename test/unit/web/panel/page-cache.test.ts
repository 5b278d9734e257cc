import { beforeEach, describe, expect, it } from 'vitest';
import { createPageCache, type PageCache } from '../../../../src/web/panel/page-cache.ts';
import type { PanelContext } from '../../../../src/web/panel/panel-context.ts';
import { holderOf, publishedTenant } from '../../licensing/fixtures/tenants.ts';
import { german, views } from '../harness.ts';
import { contextOf, requestAccess, tenant } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const context = contextOf({ tenant: premium, user: holderOf(premium, 'ten-sales') });
const snapshot = { readAt: 0, stale: false };

/** Everything a page may depend on, each changed alone. */
const changes: Readonly<Record<string, Partial<PanelContext>>> = {
  'the tenant': { tenant: { ...tenant, status: 'revoked' } },
  'what was bought': { tenantLicenses: { ...snapshot, content: { ...premium } } },
  'that nothing is known of it': { tenantLicenses: null },
  'what is held': { userLicenses: { ...snapshot, content: holderOf(premium, 'ten-service') } },
  'the wishes': { accessRequests: [requestAccess('feature:saint')] },
  'the day': { today: '2026-12-02' },
  'the token of its forms': { csrfToken: 'another' },
  'the user': { session: { ...context.session, associateId: 6 } },
  'the customer': { session: { ...context.session, tenantId: 'Cust12346' } },
  'the role': { session: { ...context.session, isAdministrator: true } },
  'the language': { language: german },
  'the language of the address': { url: { ...context.url, language: 'de' } },
};

describe('createPageCache', () => {
  let rendered: number;
  let pages: PageCache;

  beforeEach(() => {
    rendered = 0;
    pages = keeping(10_000_000);
  });

  function keeping(maxBytes: number): PageCache {
    const counting: typeof views = (...page) => {
      rendered += 1;
      return views(...page);
    };
    return createPageCache({ views: counting, maxBytes });
  }

  it('renders a page once and returns the cached page afterwards', () => {
    const first = pages(context, {});
    expect(String(first.html)).toContain('Sales-Premium');
    expect(pages({ ...context }, { lang: 'en' })).toBe(first);
    expect(rendered).toBe(1);
  });

  it('does not compute the report for a cached page', () => {
    pages(context, {});
    const undetermined = Object.defineProperty({ ...context }, 'report', {
      get: () => {
        throw new Error('decided');
      },
    });
    expect(() => pages(undetermined, {})).not.toThrow();
  });

  it.each(Object.keys(changes))('renders the page again after a change of %s', (what) => {
    pages(context, {});
    pages({ ...context, ...changes[what] }, {});
    expect(rendered).toBe(2);
  });

  it('these tests change every field of the panel context', () => {
    // Plans and report follow from what was bought and held, and from the day.
    const followed = ['plans', 'report'];
    const changed = Object.values(changes).flatMap((change) => Object.keys(change));
    expect([...new Set([...changed, ...followed])].sort()).toEqual(Object.keys(context).sort());
  });

  it.each([{ show: 'missing' }, { search: 'sale' }])('does not cache a filtered page: %o', (query) => {
    pages(context, {});
    const filtered = pages(context, query);
    expect(filtered.etag).not.toBe(pages(context, {}).etag);
    pages(context, query);
    expect(rendered).toBe(3);
  });

  it('gives equal pages the same ETag in every process and different pages different ones', () => {
    const first = pages(context, {});
    expect(keeping(1_000_000)(context, {}).etag).toBe(first.etag);
    expect(first.etag).toMatch(/^"[\w-]{27}"$/);
    expect(pages({ ...context, csrfToken: 'another' }, {}).etag).not.toBe(first.etag);
  });

  it('evicts the least recently used pages beyond its byte limit', () => {
    const { length } = pages(context, {}).html;
    pages = keeping(Math.floor(length * 2.5));
    const of = (associateId: number) => ({ ...context, session: { ...context.session, associateId } });
    rendered = 0;
    for (const associateId of [1, 2, 1, 3, 1]) pages(of(associateId), {});
    expect(rendered).toBe(3);
    pages(of(2), {});
    expect(rendered).toBe(4);
  });
});
