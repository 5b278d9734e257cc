import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type CookieClient, createCookieClient, type VisitedPage } from '../../sandbox/cookie-client.ts';
import { openDatabase } from '../../src/database/database.ts';
import type { FeatureKey } from '../../src/licensing/catalogue/feature-keys.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import {
  featureUrl,
  install,
  installedPlanlens,
  type Person,
  panelUrl,
  people,
  signedInToCrm,
  startPlanlens,
  submit,
  wordsOf,
} from '../support/planlens.ts';

const { administrator, otherAdministrator, salesPremium } = people;
const colleague = {
  tenantId: 'Cust20001',
  associateId: 133,
  userName: 'sarah.whitfield@designteamet.example',
};
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

const dayMs = 24 * 60 * 60_000;
const codeIn = ({ html }: Pick<VisitedPage, 'html'>) => /<code>([a-z-]+)/.exec(html)?.[1];
const pathsOf = ({ hops }: VisitedPage) => hops.map((hop) => new URL(hop).pathname);

describe("administrators' page", async () => {
  const planlens = await installedPlanlens();
  for (const person of [otherAdministrator, suiteAdministrator]) await install(planlens, person);
  const adminUrl = `${planlens.url}/admin`;

  const db = await openDatabase(planlens.environment.DATABASE_URL ?? '', () => {});
  afterAll(() => db.destroy());

  // Every test begins with nothing asked for and nothing told.
  beforeEach(async () => {
    await db.deleteFrom('access_requests').execute();
    await planlens.services.tenants.saveContract('Cust20001', null);
  });

  const inAdmin = async (person: Person = administrator) => {
    const cookieClient = await signedInToCrm(planlens, person);
    return { cookieClient, page: await cookieClient.get(adminUrl) };
  };
  const inPanel = async (person: Person = salesPremium): Promise<CookieClient> => {
    const cookieClient = await signedInToCrm(planlens, person);
    await cookieClient.get(panelUrl(planlens, person));
    return cookieClient;
  };
  /** A user asks for a feature in the panel; the id of the wish. */
  const asked = async (feature: FeatureKey, reason = ''): Promise<string> => {
    const cookieClient = await inPanel();
    const page = await cookieClient.get(featureUrl(planlens, salesPremium, feature));
    await submit(cookieClient, page, '/panel/access-requests', { reason });
    const accessRequests = await planlens.services.accessRequests.listByTenant('Cust20001', 0);
    const id = accessRequests.find(({ subject }) => subject === `feature:${feature}`)?.id;
    if (id === undefined) throw new Error(`nobody asked for ${feature}`);
    return id;
  };
  const accessRequestsOf = async (tenantId: string) =>
    (await planlens.services.accessRequests.listByTenant(tenantId, 50)).map(
      ({ state, comment, resolvedBy }) => ({
        state,
        comment,
        resolvedBy,
      }),
    );
  const contractOf = async () => (await planlens.services.tenants.find('Cust20001'))?.contract;
  const csrfOf = ({ html }: VisitedPage) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

  describe('access', () => {
    it('signs an administrator in silently in a fresh browser and returns to the page', async () => {
      const { page } = await inAdmin();
      expect(page.status).toBe(200);
      expect(pathsOf(page)).toEqual(['/admin', '/login/common/oauth/authorize', '/auth/callback', '/admin']);
      expect(wordsOf(page.html)).toContain('Designteamet · Cust20001 Planlens for administrators');
    });

    it('redirects a browser without a session to sign-in and reveals no tenant data', async () => {
      const { status, headers, html } = await createCookieClient().getOnce(adminUrl);
      expect(status).toBe(302);
      expect(headers.get('location')).toContain(`${planlens.sandbox.url}/login/common/oauth/authorize?`);
      expect(html).not.toContain('Designteamet');
    });

    // certifies R21
    it('rejects the page and its forms for a user who is not an administrator', async () => {
      const id = await asked('knowledge-base');
      const user = await inPanel();
      const refused = await user.get(adminUrl);
      expect([refused.status, codeIn(refused)]).toEqual([403, 'administrator-required']);
      const panel = await user.get(panelUrl(planlens, salesPremium));
      const csrf = csrfOf(panel);
      const answer = await user.post(`${adminUrl}/wishes`, { csrf, id, state: 'fulfilled', comment: '' });
      const told = await user.post(`${adminUrl}/contract`, { csrf, start: '2026-01-01', period: 'yearly' });
      for (const each of [answer, told]) {
        expect([each.status, codeIn(each)]).toEqual([403, 'administrator-required']);
      }
      expect(await accessRequestsOf('Cust20001')).toEqual([{ state: 'open', comment: '', resolvedBy: null }]);
      expect(await contractOf()).toBeNull();
    });

    it('starts a sign-in instead of showing another tenant named in the URL', async () => {
      const { cookieClient } = await inAdmin();
      const other = await cookieClient.get(`${adminUrl}?uctx=Cust20003`);
      expect(pathsOf(other)).toContain('/login/Cust20003/oauth/authorize');
      expect(new URL(other.url).origin).toBe(planlens.sandbox.url);
      const own = await cookieClient.get(`${adminUrl}?uctx=Cust20001`);
      expect([own.status, own.hops.length]).toEqual([200, 1]);
    });

    it('requires a new sign-in when the URL names another user than the session', async () => {
      const { cookieClient } = await inAdmin();
      const own = await cookieClient.get(`${adminUrl}?uctx=Cust20001&usid=131&lang=de`);
      expect([own.status, own.hops.length, own.html.includes('lang="de"')]).toEqual([200, 1, true]);
      await cookieClient.get(`${planlens.sandbox.url}/login/as/${colleague.userName}?next=/Cust20001/`);
      const theirs = await cookieClient.get(
        `${adminUrl}?uctx=Cust20001&usid=${colleague.associateId}&lang=de`,
      );
      expect(pathsOf(theirs)).toContain('/login/Cust20001/oauth/authorize');
      expect(new URL(theirs.url).search).toContain(`uctx=Cust20001&usid=${colleague.associateId}&lang=de`);
      expect(theirs.status).toBe(200);
      // The link of the one while the other is signed in to CRM.
      const mixed = await cookieClient.get(`${adminUrl}?uctx=Cust20001&usid=131&lang=de`);
      expect([mixed.status, codeIn(mixed), mixed.html.includes('lang="de"')]).toEqual([
        403,
        'user-mismatch',
        true,
      ]);
    });

    it('forbids framing and storing, and links to and from the setup page', async () => {
      const { cookieClient, page } = await inAdmin();
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('private, no-store');
      expect(page.html).toContain('href="/setup?lang="');
      expect((await cookieClient.get(`${planlens.url}/setup`)).html).toContain('href="/admin?lang="');
    });
  });

  describe('access request queue', () => {
    it('shows an empty message and no form without access requests', async () => {
      const { page } = await inAdmin();
      expect(wordsOf(page.html)).toContain('Nothing is waiting for an answer.');
      expect(page.html).not.toContain('action="/admin/access-requests"');
    });

    it('lists the oldest access request first with requester, date and reason', async () => {
      await asked('knowledge-base', 'For customers');
      await asked('mailings');
      const { page } = await inAdmin();
      const words = wordsOf(page.html);
      expect(words).toMatch(/Feature: Knowledge base \(FAQs\) Markus Brandt, \w+ \d+, \d{4} For customers/);
      expect(words.indexOf('Knowledge base')).toBeLessThan(words.indexOf('Mailings'));
    });

    it('resolves an access request by form and shows the resolution to the requester', async () => {
      const id = await asked('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const done = await submit(cookieClient, page, '/admin/access-requests', {
        state: 'fulfilled',
        comment: 'From Monday.\r\nEnjoy.',
      });
      expect([done.status, new URL(done.url).pathname]).toEqual([200, '/admin']);
      expect(new URL(done.url).hash).toBe(`#request-${id}`);
      expect(done.html).toContain(`id="request-${id}"`);
      expect(wordsOf(done.html)).toMatch(/Done on .* by Kari Nygård From Monday\. Enjoy\./);
      expect(await accessRequestsOf('Cust20001')).toEqual([
        { state: 'fulfilled', comment: 'From Monday.\nEnjoy.', resolvedBy: 'Kari Nygård' },
      ]);
      const seen = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'knowledge-base'));
      expect(wordsOf(seen.html)).toContain('From Monday. Enjoy.');
      expect(wordsOf(seen.html)).toContain('Your administrators answered on');
    });

    it.each([
      ['declining without a word', { state: 'declined', comment: ' ' }, 'Declining needs a few words', ''],
      [
        'a long text',
        { state: 'fulfilled', comment: `<b>${'x'.repeat(498)}` },
        'Your answer has 501 characters; at most 500 fit.',
        `&lt;b&gt;${'x'.repeat(498)}`,
      ],
    ])(
      'explains an invalid resolution (%s) beside the form and keeps the typed text',
      async (_what, fields, says, kept) => {
        const id = await asked('knowledge-base');
        await asked('mailings');
        const { cookieClient, page } = await inAdmin();
        const refused = await submit(cookieClient, page, '/admin/access-requests', fields);
        expect(refused.status).toBe(400);
        expect(refused.headers.get('cache-control')).toBe('no-store');
        expect(refused.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        const [before, own = '', other = ''] = refused.html.split('<article');
        expect(before).not.toContain('class="mistake"');
        expect(own).toContain(`value="${id}"`);
        expect(wordsOf(`<body>${own}</body>`)).toContain(says);
        expect(own).toMatch(/<textarea[^>]* aria-describedby="mistake" aria-invalid="true" autofocus>/);
        expect(own).toContain(`${kept}</textarea>`);
        expect(other).not.toContain('aria-invalid');
        expect((await accessRequestsOf('Cust20001')).map(({ state }) => state)).toEqual(['open', 'open']);

        const mended = await submit(cookieClient, refused, '/admin/access-requests', {
          state: 'declined',
          comment: 'Too dear.',
        });
        expect([mended.status, new URL(mended.url).hash]).toEqual([200, `#request-${id}`]);
      },
    );

    it('accepts a resolution text of 500 characters and counts a line break as one', async () => {
      await asked('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const answer = `${'ü'.repeat(249)}\r\n${'漢'.repeat(250)}`;
      expect(
        (await submit(cookieClient, page, '/admin/access-requests', { state: 'fulfilled', comment: answer }))
          .status,
      ).toBe(200);
      expect((await accessRequestsOf('Cust20001'))[0]?.comment).toHaveLength(500);
    });

    it('accepts only the first of two resolutions of one access request', async () => {
      const id = await asked('knowledge-base');
      const first = await inAdmin();
      const second = await inAdmin(colleague);
      await submit(first.cookieClient, first.page, '/admin/access-requests', {
        state: 'declined',
        comment: 'No.',
      });
      const late = await submit(second.cookieClient, second.page, '/admin/access-requests', {
        state: 'fulfilled',
      });
      expect([late.status, codeIn(late)]).toEqual([409, 'access-request-resolved']);
      const mistaken = await submit(second.cookieClient, second.page, '/admin/access-requests', {
        state: 'declined',
      });
      expect([mistaken.status, codeIn(mistaken)]).toEqual([409, 'access-request-resolved']);
      expect(await accessRequestsOf('Cust20001')).toEqual([
        { state: 'declined', comment: 'No.', resolvedBy: 'Kari Nygård' },
      ]);
      const { page } = await inAdmin(colleague);
      expect(page.html).toContain(`id="request-${id}"`);
    });

    it('hides access requests from administrators of another tenant and rejects their resolutions', async () => {
      const id = await asked('knowledge-base', 'secret reason');
      const { cookieClient, page } = await inAdmin(otherAdministrator);
      expect(page.status).toBe(200);
      expect(page.html).not.toMatch(/secret reason|Markus Brandt/);
      const fields = { csrf: csrfOf(page), id };
      for (const answer of [{ state: 'fulfilled' }, { state: 'declined', comment: '' }]) {
        const refused = await cookieClient.post(`${adminUrl}/wishes`, { ...fields, ...answer });
        expect([refused.status, codeIn(refused)]).toEqual([409, 'access-request-resolved']);
        expect(refused.html).not.toMatch(/secret reason|Markus Brandt/);
      }
      expect((await accessRequestsOf('Cust20001')).map(({ state }) => state)).toEqual(['open']);
    });

    it('shows the key of a requested feature that is no longer in the catalogue', async () => {
      await planlens.services.accessRequests.submit('Cust20001', {
        associateId: 101,
        requestedBy: 'Markus Brandt',
        subject: 'feature:of-last-year',
        reason: '',
      });
      const { page } = await inAdmin();
      expect([page.status, wordsOf(page.html).includes('of-last-year Markus Brandt')]).toEqual([200, true]);
    });
  });

  describe('administrator forms', () => {
    const forms = [
      ['/admin/access-requests', { state: 'fulfilled', comment: '' }],
      ['/admin/contract', { start: '2026-01-01', period: 'yearly' }],
    ] as const;

    it.each(forms)('%s rejects a form without the CSRF token of the session', async (path, fields) => {
      const id = await asked('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const foreign = csrfOf((await inAdmin(colleague)).page);
      for (const token of [{}, { csrf: '' }, { csrf: 'x'.repeat(43) }, { csrf: foreign }]) {
        const refused = await cookieClient.post(`${planlens.url}${path}`, { id, ...fields, ...token });
        expect([refused.status, codeIn(refused)]).toEqual([403, 'csrf-token-invalid']);
      }
      expect(await accessRequestsOf('Cust20001')).toEqual([{ state: 'open', comment: '', resolvedBy: null }]);
      expect(await contractOf()).toBeNull();
      expect(csrfOf(page)).not.toBe(foreign);
    });

    it.each(forms)('%s rejects a form without a session', async (path, fields) => {
      const { page } = await inAdmin();
      const csrf = csrfOf(page);
      const refused = await createCookieClient().post(`${planlens.url}${path}`, { csrf, ...fields });
      expect([refused.status, codeIn(refused)]).toEqual([401, 'session-required']);
      expect(refused.html).toContain('href="/admin"');
    });

    it.each([
      ['/admin/access-requests', { state: 'open', comment: 'x' }, 'state'],
      ['/admin/access-requests', { id: 'x', state: 'fulfilled' }, 'id'],
      ['/admin/contract', { start: '2026-01-01', period: 'weekly' }, 'period'],
      ['/admin/contract', { period: 'yearly' }, 'start'],
    ])('%s rejects a malformed form with the fields %j', async (path, fields, field) => {
      await asked('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const id = /name="id" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
      const sent = { csrf: csrfOf(page), ...(path === '/admin/access-requests' && { id }), ...fields };
      const refused = await cookieClient.post(`${planlens.url}${path}`, sent);
      expect(refused.status).toBe(400);
      expect(refused.html).toContain(`form-malformed (${field})`);
    });
  });

  describe('seat table', () => {
    it('lists the seats of each purchased plan with the read time', async () => {
      const words = wordsOf((await inAdmin()).page.html);
      expect(words).toContain('Plan Purchased In use Free Marketing Premium 7 3 4 Sales Premium 21 21 0');
      expect(words).toContain('Licence data as of');
    });

    it('lists the seats of the CRM Suite plan', async () => {
      const words = wordsOf((await inAdmin(suiteAdministrator)).page.html);
      expect(words).toMatch(/Free CRM Suite Core \d+ \d+ \d+ /);
    });

    it('shows the last known seats while SuperOffice is unavailable', async () => {
      const { cookieClient } = await inAdmin();
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      planlens.sandbox.control.fail({ operation: '*', with: 500 });
      const words = wordsOf((await cookieClient.get(adminUrl)).html);
      expect(words).toContain('SuperOffice is not answering at the moment');
      expect(words).toContain('Sales Premium 21 21 0');
      planlens.sandbox.control.clearFaults();
      planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
      expect(wordsOf((await cookieClient.get(adminUrl)).html)).toContain('Licence data as of');
    });
  });

  describe('contract form', () => {
    it('saves a contract, derives the next renewal from it and deletes it', async () => {
      const { cookieClient, page } = await inAdmin();
      expect(wordsOf(page.html)).toContain('The start is not known yet');
      const saved = await submit(cookieClient, page, '/admin/contract', {
        start: '2026-03-01',
        period: 'quarterly',
      });
      expect([saved.status, new URL(saved.url).hash]).toEqual([200, '#contract']);
      expect(saved.html).toContain('name="start" value="2026-03-01"');
      expect(saved.html).toContain('<option value="quarterly" selected>');
      expect(wordsOf(saved.html)).toMatch(
        /Next renewal: (\w+ \d+, \d{4})\. A plan added today counts at once\. A plan given up today stays until the contract renews on \1\. That plans can be added .* inferred\./,
      );

      const advice = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'request-management'));
      const renewal = /Next renewal: (\w+ \d+, \d{4})/.exec(wordsOf(saved.html))?.[1];
      expect(wordsOf(advice.html)).toContain(`contract renews on ${renewal}`);

      const forgotten = await submit(cookieClient, saved, '/admin/contract', {
        start: '',
        period: 'monthly',
      });
      expect(wordsOf(forgotten.html)).toContain('The start is not known yet');
      expect(await contractOf()).toBeNull();
    });

    /** Today by the app's clock, which the tests above move. */
    const todayOf = ({ html }: VisitedPage) => /type="date"[^>]* max="([^"]+)"/.exec(html)?.[1] ?? '';
    const dayAfter = (day: string) => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
    it.each([
      ['a day there is not', () => '2026-02-30', 'is not a day of the calendar'],
      ['tomorrow', dayAfter, 'cannot start after today'],
      ['no day at all', () => 'soon" onfocus="', 'is not a day of the calendar'],
      ['the year nought', () => '0000-01-01', 'is not a day of the calendar'],
    ])(
      'explains an invalid start date (%s) beside the form and keeps the saved contract',
      async (_what, day, says) => {
        const told = { start: '2026-03-01', period: 'yearly' } as const;
        await planlens.services.tenants.saveContract('Cust20001', told);
        const { cookieClient, page } = await inAdmin();
        const start = day(todayOf(page));
        const refused = await submit(cookieClient, page, '/admin/contract', { start, period: 'monthly' });
        expect(refused.status).toBe(400);
        expect(wordsOf(refused.html)).toContain(says);
        expect(refused.html).toContain(`name="start" value="${start.replaceAll('"', '&#34;')}"`);
        expect(refused.html).toContain('aria-describedby="mistake" aria-invalid="true" autofocus');
        expect(refused.html).toContain('<option value="monthly" selected>');
        expect(await contractOf()).toEqual(told);
      },
    );

    it('accepts a contract that starts today', async () => {
      const { cookieClient, page } = await inAdmin();
      const start = todayOf(page);
      const saved = await submit(cookieClient, page, '/admin/contract', { start, period: 'yearly' });
      expect(saved.status).toBe(200);
      expect(await contractOf()).toEqual({ start, period: 'yearly' });
    });
  });
});

describe("administrators' page without permission to read the tenant license", async () => {
  const planlens = await startPlanlens();
  afterAll(() => planlens.close());

  it('shows an explanation instead of an empty seat table', async () => {
    planlens.sandbox.control.fail({ operation: 'License.*', with: 403 });
    await install(planlens);
    const cookieClient = await signedInToCrm(planlens, administrator);
    const page = await cookieClient.get(`${planlens.url}/admin`);
    expect(page.status).toBe(200);
    expect(wordsOf(page.html)).toContain('did not let Planlens read your company’s licence');
    expect(page.html).not.toContain('<table');
  });
});
