import { beforeEach, describe, expect, it } from 'vitest';
import { createKeptPages, type Pages } from '../../../../src/web/panel/kept-pages.ts';
import type { Visit } from '../../../../src/web/panel/visit.ts';
import { holderOf, publishedTenant } from '../../plans/fixtures/tenants.ts';
import { german, views } from '../stand.ts';
import { tenant, visitOf, wishFor } from './visits.ts';

const premium = publishedTenant('premium');
const visit = visitOf({ tenant: premium, user: holderOf(premium, 'ten-sales') });
const snapshot = { readAt: 0, stale: false };

/** Everything a page may depend on, each changed alone. */
const changes: Readonly<Record<string, Partial<Visit>>> = {
  'the tenant': { tenant: { ...tenant, standing: 'revoked' } },
  'what was bought': { bought: { ...snapshot, content: { ...premium } } },
  'that nothing is known of it': { bought: null },
  'what is held': { held: { ...snapshot, content: holderOf(premium, 'ten-service') } },
  'the wishes': { wishes: [wishFor('feature:saint')] },
  'the day': { today: '2026-12-02' },
  'the token of its forms': { csrfToken: 'another' },
  'the user': { session: { ...visit.session, associateId: 6 } },
  'the customer': { session: { ...visit.session, ctx: 'Cust12346' } },
  'the role': { session: { ...visit.session, isAdministrator: true } },
  'the language': { language: german },
  'the language of the address': { address: { ...visit.address, language: 'de' } },
};

describe('createKeptPages', () => {
  let rendered: number;
  let pages: Pages;

  beforeEach(() => {
    rendered = 0;
    pages = keeping(10_000_000);
  });

  function keeping(maxBytes: number): Pages {
    const counting: typeof views = (...page) => {
      rendered += 1;
      return views(...page);
    };
    return createKeptPages({ views: counting, maxBytes });
  }

  it('makes a page once, and knows it again', () => {
    const first = pages(visit, {});
    expect(String(first.html)).toContain('Sales-Premium');
    expect(pages({ ...visit }, { lang: 'en' })).toBe(first);
    expect(rendered).toBe(1);
  });

  it('decides nothing for a page that is kept', () => {
    pages(visit, {});
    const undecided = Object.defineProperty({ ...visit }, 'report', {
      get: () => {
        throw new Error('decided');
      },
    });
    expect(() => pages(undecided, {})).not.toThrow();
  });

  it.each(Object.keys(changes))('makes it anew with %s', (what) => {
    pages(visit, {});
    pages({ ...visit, ...changes[what] }, {});
    expect(rendered).toBe(2);
  });

  it('knows of each part of a visit whether a page may depend on it', () => {
    // Plans and report follow from what was bought and held, and from the day.
    const followed = ['plans', 'report'];
    const changed = Object.values(changes).flatMap((change) => Object.keys(change));
    expect([...new Set([...changed, ...followed])].sort()).toEqual(Object.keys(visit).sort());
  });

  it.each([{ show: 'missing' }, { search: 'sale' }])('does not keep what was looked for: %o', (query) => {
    pages(visit, {});
    const filtered = pages(visit, query);
    expect(filtered.etag).not.toBe(pages(visit, {}).etag);
    pages(visit, query);
    expect(rendered).toBe(3);
  });

  it('has the same tag for the same bytes in another process, and another for others', () => {
    const first = pages(visit, {});
    expect(keeping(1_000_000)(visit, {}).etag).toBe(first.etag);
    expect(first.etag).toMatch(/^"[\w-]{27}"$/);
    expect(pages({ ...visit, csrfToken: 'another' }, {}).etag).not.toBe(first.etag);
  });

  it('keeps no more bytes than it may, the last used ones', () => {
    const { length } = pages(visit, {}).html;
    pages = keeping(Math.floor(length * 2.5));
    const of = (associateId: number) => ({ ...visit, session: { ...visit.session, associateId } });
    rendered = 0;
    for (const associateId of [1, 2, 1, 3, 1]) pages(of(associateId), {});
    expect(rendered).toBe(3);
    pages(of(2), {});
    expect(rendered).toBe(4);
  });
});
