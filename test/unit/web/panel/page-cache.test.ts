import { beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../../src/tenants/tenant.ts';
import { createPageCache, type PageCache, pageVersion } from '../../../../src/web/panel/page-cache.ts';
import type { EntitledPanelContext, PanelContext } from '../../../../src/web/panel/panel-context.ts';
import { panelView } from '../../../../src/web/panel/panel-view.ts';
import { entitlementEngine } from '../../licensing/fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { english, german, views } from '../harness.ts';
import { createContext, requestAccess, tenant } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const request = requestAccess('feature:saint');
const context: PanelContext = createContext({
  tenant: premium,
  user: userWithPlan(premium, 'ten-sales'),
  accessRequests: [request],
});
const tenantLicenses = { content: premium, readAt: 1, stale: false, version: 2 };
const userLicenses = { content: userWithPlan(premium, 'ten-service'), readAt: 1, stale: false, version: 2 };
const resolved = { state: 'declined', resolvedAt: new Date(1) } as const;

/** Each part of a page's version, changed alone. */
const versioned: Readonly<Record<string, Partial<PanelContext>>> = {
  'tenant status': { tenant: { ...tenant, status: 'revoked' } },
  'tenant name': { tenant: { ...tenant, companyName: 'Another' } },
  'new version of the tenant licenses': { tenantLicenses },
  'another version of the tenant licenses': { tenantLicenses: { ...tenantLicenses, version: 3 } },
  'tenant licenses that SuperOffice refuses': { tenantLicenses: null },
  'new version of the user licenses': { userLicenses },
  'another version of the user licenses': { userLicenses: { ...userLicenses, version: 3 } },
  'user licenses that SuperOffice refuses': { userLicenses: null },
  'user licenses from the list': { isFromList: true },
  'open access requests of the tenant': { openRequests: 2 },
  'withdrawn access request': { accessRequests: [] },
  'further access request': { accessRequests: [request, { ...request, id: 'another' }] },
  'resolved access request': { accessRequests: [{ ...request, ...resolved }] },
  'other resolution of an access request': {
    accessRequests: [{ ...request, ...resolved, state: 'fulfilled' }],
  },
  'time at which an access request was resolved': {
    accessRequests: [{ ...request, ...resolved, resolvedAt: new Date(2) }],
  },
  day: { today: '2026-12-02' },
  'address of the CRM': {
    crmScreenPattern: 'https://online3.superoffice.com/Cust12345/default.aspx?{target}',
  },
};

/** Whom a page is for, and how. Users do not share pages. */
const keyed: Readonly<Record<string, Partial<PanelContext>>> = {
  user: { session: { ...context.session, associateId: 6 } },
  tenant: { session: { ...context.session, tenantId: 'Cust12346' } },
  role: { session: { ...context.session, isAdministrator: true } },
  language: { language: german, url: { ...context.url, language: 'de' } },
};

const changes = { ...versioned, ...keyed };

describe('pageVersion', () => {
  it('differs between any two of these contexts', () => {
    const contexts = [context, ...Object.values(versioned).map((change) => ({ ...context, ...change }))];
    const versions = contexts.map(pageVersion);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('is the same for equal contexts made of other objects', () => {
    const copy = {
      ...context,
      tenant: { ...context.tenant },
      tenantLicenses: context.tenantLicenses && { ...context.tenantLicenses },
      userLicenses: context.userLicenses && { ...context.userLicenses },
      accessRequests: context.accessRequests.map((each) => ({ ...each })),
    };
    expect(pageVersion(copy)).toBe(pageVersion(context));
  });

  const otherValues: Tenant = {
    tenantId: context.tenant.tenantId,
    companyName: 'Another',
    serial: '1010000002',
    consentedAt: new Date(1),
    provisionedAt: new Date(1),
    panels: [{ progId: 'a', name: 'A', outcome: 'failed', problem: 'forbidden' }],
    contract: { start: '2026-01-01', period: 'monthly' },
    status: 'revoked',
    provisionedFingerprint: 'a',
    reconciliation: { at: new Date(1), failures: 1, lastError: 'a', setupStartedAt: new Date(1) },
    deletion: { reportedAt: new Date(1), announcedAt: new Date(1) },
    leavingSince: new Date(1),
    systemToken: () => 'another',
  };

  it.each(Object.keys(otherValues) as (keyof Tenant)[])(
    'changes with the field %s of the tenant if the page shows it',
    (field) => {
      const before = createContext({ tenant: premium, user: null });
      const after = { ...before, tenant: { ...before.tenant, [field]: otherValues[field] } };
      const html = (each: EntitledPanelContext) => views('panel', english, panelView(each, {}));
      expect(pageVersion(after) === pageVersion(before)).toBe(html(after) === html(before));
    },
  );
});

describe('createPageCache', () => {
  let rendered: number;
  let decided: number;
  let pages: PageCache;
  let remove: (key: string | null) => void;

  beforeEach(() => {
    rendered = 0;
    decided = 0;
    pages = createPages(10_000_000);
  });

  function createPages(maxBytes: number): PageCache {
    return createPageCache({
      views: (...page) => {
        rendered += 1;
        return views(...page);
      },
      entitlementEngine: (...data) => {
        decided += 1;
        return entitlementEngine(...data);
      },
      maxBytes,
      onRemoval: (listener) => {
        remove = listener;
      },
    });
  }

  it('renders a page once and returns the cached page afterwards', () => {
    const first = pages.get(context, {});
    expect(String(first.body.plain)).toContain('Sales-Premium');
    expect(pages.get({ ...context }, { lang: 'en' })).toBe(first);
    expect(rendered).toBe(1);
  });

  it('does not compute the report for a cached page', () => {
    pages.get(context, {});
    pages.get(context, {});
    expect(decided).toBe(1);
  });

  it.each(Object.keys(changes))('renders the page again after a change of: %s', (what) => {
    pages.get(context, {});
    pages.get({ ...context, ...changes[what] }, {});
    expect(rendered).toBe(2);
  });

  it.each([
    ['the tenant', 'Cust12345', 2],
    ['the user', 'Cust12345/5', 2],
    ['everything', null, 2],
    ['another tenant', 'Cust1234', 1],
    ['another user', 'Cust12345/55', 1],
  ])('after the removal of %s renders the page again only if it shows their data', (_what, key, times) => {
    pages.get(context, {});
    remove(key);
    pages.get(context, {});
    expect(rendered).toBe(times);
  });

  it('these tests change every field of the panel context', () => {
    // The context of the tests includes what is decided from the licenses and the day.
    // The panel has no link back to itself; the CSRF token is made of the user and the day.
    const derived = ['tenantEntitlements', 'report', 'backUrl', 'csrfToken'];
    const changed = Object.values(changes).flatMap((change) => Object.keys(change));
    expect([...new Set([...changed, ...derived])].sort()).toEqual(Object.keys(context).sort());
  });

  it.each([{ show: 'upgrade' }, { search: 'sale' }])('does not cache a filtered page: %o', (query) => {
    pages.get(context, {});
    const filtered = pages.get(context, query);
    expect(filtered.etag).not.toBe(pages.get(context, {}).etag);
    pages.get(context, query);
    expect(rendered).toBe(3);
  });

  it('gives equal pages the same ETag in every process and different pages different ones', () => {
    const first = pages.get(context, {});
    expect(createPages(1_000_000).get(context, {}).etag).toBe(first.etag);
    expect(first.etag).toMatch(/^W\/"[\w-]{27}"$/);
    const other = { ...context, today: '2026-12-02', csrfToken: 'another' };
    expect(pages.get(other, {}).etag).not.toBe(first.etag);
  });

  it('keeps a page only in the form that is asked for, and counts its size', async () => {
    const { body } = pages.get(context, {});
    const kept = () => pages.peek(context)?.body.size();
    const { length } = await body.encoded('br');
    expect(length).toBeLessThan(10_000);
    expect(kept()).toBe(length);
    const html = String(body.plain);
    expect(html).toContain('Sales-Premium');
    expect(kept()).toBe(length + Buffer.byteLength(html));
    expect(rendered).toBe(1);
  });

  it('finds a kept page only as long as nothing that it shows has changed', () => {
    expect(pages.peek(context)).toBeNull();
    const page = pages.get(context, {});
    expect(pages.peek(context)).toBe(page);
    for (const change of Object.values(changes)) expect(pages.peek({ ...context, ...change })).toBeNull();
  });

  it.each(['search', 'show', 'open', 'signedIn', 'refreshed', 'again', 'uctx', 'usid', 'lang', 'any'])(
    'may be compressed, beside its CSRF token, only if it does not print what its URL says: %s',
    (name) => {
      const { body, mayCompress } = pages.get(context, { [name]: 'typed text' });
      expect(body.plain.includes(context.csrfToken)).toBe(true);
      expect(mayCompress).toBe(!body.plain.includes('typed text'));
    },
  );

  it('does not compress a search', () => {
    expect(pages.get(context, { search: 'typed text' }).mayCompress).toBe(false);
  });

  it('evicts the least recently used pages beyond its byte limit', () => {
    const { length } = pages.get(context, {}).body.plain;
    pages = createPages(Math.floor(length * 2.5));
    const contextFor = (associateId: number) => ({
      ...context,
      session: { ...context.session, associateId },
    });
    rendered = 0;
    for (const associateId of [1, 2, 1, 3, 1]) pages.get(contextFor(associateId), {});
    expect(rendered).toBe(3);
    pages.get(contextFor(2), {});
    expect(rendered).toBe(4);
  });
});
