import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CookieClient, createCookieClient, type VisitedPage } from '../../sandbox/cookie-client.ts';
import { openDatabase } from '../../src/database/database.ts';
import type { FeatureKey } from '../../src/licensing/catalogue/feature-keys.ts';
import { saveLicenseChanges } from '../../src/snapshots/license-history.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { adminPages } from '../../src/web/administrator-pages.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { getTenant } from '../support/get-tenant.ts';
import {
  featureUrl,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  startPlanlens,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const colleague = {
  tenantId: 'Cust20001',
  associateId: 133,
  userName: 'sarah.whitfield@designteamet.example',
};
const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

const dayMs = 24 * 60 * 60_000;
const findErrorCode = ({ html }: Pick<VisitedPage, 'html'>) => /<code>([a-z-]+)/.exec(html)?.[1];
const toPaths = ({ hops }: VisitedPage) => hops.map((hop) => new URL(hop).pathname);

describe("administrators' pages", async () => {
  const planlens = await installedPlanlens();
  for (const person of [otherAdministrator, suiteAdministrator]) await install(planlens, person);
  const adminUrl = `${planlens.url}/admin`;

  const db = await openDatabase(planlens.environment.DATABASE_URL ?? '', () => {});
  afterAll(() => db.destroy());

  // Every test starts without access requests and without a contract.
  beforeEach(async () => {
    await db.deleteFrom('access_requests').execute();
    await planlens.services.tenants.saveContract('Cust20001', null);
  });

  /** Opens the page `/admin{path}` in a fresh browser. */
  const inAdmin = async (path = '', person: TestUser = administrator) => {
    const cookieClient = await signInToCrm(planlens, person);
    return { cookieClient, page: await cookieClient.get(`${adminUrl}${path}`) };
  };
  const inPanel = async (person: TestUser = salesPremium): Promise<CookieClient> => {
    const cookieClient = await signInToCrm(planlens, person);
    await cookieClient.get(panelUrl(planlens, person));
    return cookieClient;
  };
  /** Submits a user's access request for a feature in the panel. @returns its id */
  const requestAccess = async (feature: FeatureKey, reason = ''): Promise<string> => {
    const cookieClient = await inPanel();
    const page = await cookieClient.get(featureUrl(planlens, salesPremium, feature));
    await submit(cookieClient, page, '/panel/access-requests', { reason });
    const accessRequests = await listAccessRequests(planlens.services.accessRequests, 'Cust20001');
    const id = accessRequests.find(({ subject }) => subject === `feature:${feature}`)?.id;
    if (id === undefined) throw new Error(`no access request for ${feature}`);
    return id;
  };
  const readAccessRequests = async (tenantId: string) =>
    (await listAccessRequests(planlens.services.accessRequests, tenantId)).map(
      ({ state, comment, resolvedBy }) => ({
        state,
        comment,
        resolvedBy,
      }),
    );
  const readContract = async () => (await planlens.services.tenants.find('Cust20001'))?.contract;
  const findCsrfToken = ({ html }: VisitedPage) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

  describe('links to SuperOffice', () => {
    const crm = `${planlens.sandbox.url}/Cust20001`;
    const readLinks = async () => {
      const { page } = await inAdmin('/seats');
      const [, section = ''] = /aria-labelledby="in-superoffice">(.*?)<\/section>/s.exec(page.html) ?? [];
      return [...section.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    };

    it('lead to Settings and maintenance and to the shop that SuperOffice reports', async () => {
      // A page does not wait long for an address; a later one has it.
      await expect
        .poll(readLinks)
        .toEqual([
          `${crm}/admin/default.aspx?`,
          expect.stringMatching(/\/shop\?.*Cust20001$/),
          `${crm}/admin/default.aspx?`,
        ]);
    });

    it.each([401, 403, 500, 'malformed', 'null', 'message'] as const)(
      'leave out the shop if SuperOffice responds with %s, after the cached address has expired',
      async (failure) => {
        planlens.passTime(11 * 60_000);
        for (const operation of ['License.GetShopUrl', 'Configuration.GetCRMUrl'])
          planlens.sandbox.control.fail({ operation, with: failure });
        expect(await readLinks()).toEqual([`${crm}/admin/default.aspx?`, `${crm}/admin/default.aspx?`]);
      },
    );

    it('lead to where a tenant has moved', async () => {
      planlens.sandbox.control.moveTenant({ tenant: 'Cust20001' });
      planlens.passTime(11 * 60_000);
      const moved = `${planlens.sandbox.url}/online2/Cust20001/admin/default.aspx?`;
      expect((await readLinks())[0]).toBe(moved);
    });
  });

  describe('access', () => {
    it('signs an administrator in silently in a fresh browser and returns to the page', async () => {
      const { page } = await inAdmin();
      expect(page.status).toBe(200);
      expect(toPaths(page)).toEqual(['/admin', '/login/common/oauth/authorize', '/auth/callback', '/admin']);
      expect(getVisibleText(page.html)).toContain('Designteamet · Cust20001');
    });

    it('redirects a browser without a session to sign-in and reveals no tenant data', async () => {
      const { status, headers, html } = await createCookieClient().getOnce(adminUrl);
      expect(status).toBe(302);
      expect(headers.get('location')).toContain(`${planlens.sandbox.url}/login/common/oauth/authorize?`);
      expect(html).not.toContain('Designteamet');
    });

    // certifies R21
    it('rejects the page and its forms for a user who is not an administrator', async () => {
      const id = await requestAccess('knowledge-base');
      const user = await inPanel();
      const refused = await user.get(adminUrl);
      expect([refused.status, findErrorCode(refused)]).toEqual([403, 'administrator-required']);
      const panel = await user.get(panelUrl(planlens, salesPremium));
      const csrf = findCsrfToken(panel);
      const resolution = await user.post(`${adminUrl}/access-requests`, {
        csrf,
        subject: 'feature:knowledge-base',
        id,
        state: 'fulfilled',
        comment: '',
      });
      const contract = await user.post(`${adminUrl}/contract`, {
        csrf,
        start: '2026-01-01',
        period: 'yearly',
      });
      for (const each of [resolution, contract]) {
        expect([each.status, findErrorCode(each)]).toEqual([403, 'administrator-required']);
      }
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'open', comment: '', resolvedBy: null },
      ]);
      expect(await readContract()).toBeNull();
    });

    it('starts a sign-in instead of showing another tenant named in the URL', async () => {
      const { cookieClient } = await inAdmin();
      const other = await cookieClient.get(`${adminUrl}?uctx=Cust20003`);
      expect(toPaths(other)).toContain('/login/Cust20003/oauth/authorize');
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
      expect(toPaths(theirs)).toContain('/login/Cust20001/oauth/authorize');
      // Without the user: the address can be sent to another administrator.
      expect(new URL(theirs.url).search).toMatch(/^\?uctx=Cust20001&lang=de&signedIn=\d+$/);
      expect(theirs.status).toBe(200);
      // A link for one user while the other is signed in to CRM.
      const mixed = await cookieClient.get(`${adminUrl}?uctx=Cust20001&usid=131&lang=de`);
      expect([mixed.status, findErrorCode(mixed), mixed.html.includes('lang="de"')]).toEqual([
        403,
        'user-mismatch',
        true,
      ]);
    });

    it.each(adminPages)('forbids framing and storing of $path, and marks its entry', async ({ path }) => {
      const { page } = await inAdmin(`${path.slice('/admin'.length)}?lang=en`);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.html.match(/aria-current="page"/g)).toHaveLength(1);
      expect(page.html).toContain(`<a href="${path}?lang=en" aria-current="page">`);
      expect(page.html).toMatch(/<a class="quiet-button" href="[^"]*\/Cust20001\/">To SuperOffice CRM<\/a>/);
    });

    it('keeps the view of a page in its links to other languages', async () => {
      const { page } = await inAdmin('/history?lang=en&page=2');
      expect(page.html).toContain('<a href="?lang=de&amp;page=2" lang="de" hreflang="de">Deutsch</a>');
    });

    it('says that the CRM is offline', async () => {
      await planlens.services.tenants.saveStatus(
        await getTenant(planlens.services.tenants, 'Cust20001'),
        'suspended',
      );
      const { page } = await inAdmin('/contract');
      await planlens.services.tenants.saveStatus(
        await getTenant(planlens.services.tenants, 'Cust20001'),
        'active',
      );
      expect(getVisibleText(page.html)).toContain('SuperOffice CRM is offline at the moment');
    });

    it('links to and from the setup page', async () => {
      const { cookieClient, page } = await inAdmin();
      expect(page.html).toContain('href="/setup?lang="');
      expect((await cookieClient.get(`${planlens.url}/setup`)).html).toContain('href="/admin?lang="');
    });
  });

  describe('access request queue', () => {
    it('shows an empty message and no form without access requests', async () => {
      const { page } = await inAdmin('/access-requests');
      expect(getVisibleText(page.html)).toContain('Nothing is waiting for an answer.');
      expect(page.html).not.toContain('action="/admin/access-requests"');
    });

    it('lists the oldest access request first with requester, date and reason', async () => {
      await requestAccess('knowledge-base', 'For customers');
      await requestAccess('mailings');
      const { page } = await inAdmin('/access-requests');
      const words = getVisibleText(page.html);
      expect(words).toMatch(
        /Feature: Knowledge base \(FAQs\) 1 person asks for it\. Markus Brandt \d+ \w+ \d{4} Sales-Premium → needed: Sales-Premium \+ Service-Essentials To purchase For customers/,
      );
      expect(page.html).toMatch(/<a href="\/admin\/users\/101\?lang=(en)?"><bdi>Markus Brandt/);
      expect(words.indexOf('Knowledge base')).toBeLessThan(words.indexOf('Mailings'));
    });

    it('resolves an access request by form and shows the resolution to the requester', async () => {
      const id = await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin('/access-requests');
      const done = await submit(cookieClient, page, '/admin/access-requests', {
        state: 'fulfilled',
        comment: 'From Monday.\r\nEnjoy.',
      });
      expect([done.status, new URL(done.url).pathname]).toEqual([200, '/admin/access-requests']);
      expect(getVisibleText(done.html)).toContain('1 answer sent. Waiting for an answer');
      const answered = await cookieClient.get(`${adminUrl}/access-requests?show=resolved`);
      expect(answered.html).toContain(`id="request-${id}"`);
      expect(answered.html).toMatch(/<a href="\/admin\/users\/101\?lang=(en)?"><bdi>Markus Brandt/);
      for (const [query, count] of [
        ['outcome=fulfilled', 1],
        ['outcome=declined', 0],
        ['subject=feature%3Aknowledge-base', 1],
        ['subject=feature%3Amailings&outcome=fulfilled', 0],
        ['subject=nothing%20known&outcome=x', 0],
      ] as const) {
        const { html } = await cookieClient.get(`${adminUrl}/access-requests?show=resolved&${query}`);
        expect([query, html.split('<article').length - 1]).toEqual([query, count]);
        expect(getVisibleText(html).includes('No answer matches.')).toBe(count === 0);
      }
      expect(getVisibleText(answered.html)).toMatch(/Done on .* by Kari Nygård From Monday\. Enjoy\./);
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'fulfilled', comment: 'From Monday.\nEnjoy.', resolvedBy: 'Kari Nygård' },
      ]);
      const seen = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'knowledge-base'));
      expect(getVisibleText(seen.html)).toContain('From Monday. Enjoy.');
      expect(getVisibleText(seen.html)).toContain('Your administrators answered on');
    });

    it.each([
      [
        'declined without a comment',
        { state: 'declined', comment: ' ' },
        'Give a short reason for declining',
        '',
      ],
      [
        'a comment that is too long',
        { state: 'fulfilled', comment: `<b>${'x'.repeat(498)}` },
        'Your answer has 501 characters; at most 500 fit.',
        `&lt;b&gt;${'x'.repeat(498)}`,
      ],
    ])(
      'explains an invalid resolution (%s) beside the form and keeps the typed text',
      async (_case, fields, message, typed) => {
        const id = await requestAccess('knowledge-base');
        await requestAccess('mailings');
        const { cookieClient, page } = await inAdmin('/access-requests');
        const refused = await submit(cookieClient, page, '/admin/access-requests', fields);
        expect(refused.status).toBe(400);
        expect(refused.headers.get('cache-control')).toBe('no-store');
        expect(refused.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        const [before, own = '', other = ''] = refused.html.split(
          '<section class="card" aria-labelledby="subject',
        );
        expect(before).not.toContain('class="field-error"');
        expect(own).toContain(`value="${id}"`);
        expect(getVisibleText(`<body>${own}</body>`)).toContain(message);
        expect(own).toMatch(/<textarea[^>]* aria-describedby="field-error" aria-invalid="true" autofocus>/);
        expect(own).toContain(`${typed}</textarea>`);
        expect(other).not.toContain('aria-invalid');
        expect((await readAccessRequests('Cust20001')).map(({ state }) => state)).toEqual(['open', 'open']);

        const corrected = await submit(cookieClient, refused, '/admin/access-requests', {
          state: 'declined',
          comment: 'Too dear.',
        });
        expect([corrected.status, getVisibleText(corrected.html).includes('1 answer sent.')]).toEqual([
          200,
          true,
        ]);
      },
    );

    it('accepts a resolution text of 500 characters and counts a line break as one', async () => {
      await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin('/access-requests');
      const comment = `${'ü'.repeat(249)}\r\n${'漢'.repeat(250)}`;
      expect(
        (await submit(cookieClient, page, '/admin/access-requests', { state: 'fulfilled', comment })).status,
      ).toBe(200);
      expect((await readAccessRequests('Cust20001'))[0]?.comment).toHaveLength(500);
    });

    it('accepts only the first of two resolutions of one access request', async () => {
      const id = await requestAccess('knowledge-base');
      const first = await inAdmin('/access-requests');
      const second = await inAdmin('/access-requests', colleague);
      await submit(first.cookieClient, first.page, '/admin/access-requests', {
        state: 'declined',
        comment: 'No.',
      });
      const late = await submit(second.cookieClient, second.page, '/admin/access-requests', {
        state: 'fulfilled',
      });
      expect([late.status, findErrorCode(late)]).toEqual([409, 'access-request-resolved']);
      const invalid = await submit(second.cookieClient, second.page, '/admin/access-requests', {
        state: 'declined',
      });
      expect([invalid.status, findErrorCode(invalid)]).toEqual([409, 'access-request-resolved']);
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'declined', comment: 'No.', resolvedBy: 'Kari Nygård' },
      ]);
      const { page } = await inAdmin('/access-requests?show=resolved', colleague);
      expect(page.html).toContain(`id="request-${id}"`);
    });

    it('shows an administrator the answer that came too late, to copy it', async () => {
      await requestAccess('knowledge-base');
      const first = await inAdmin('/access-requests');
      const second = await inAdmin('/access-requests', colleague);
      await submit(first.cookieClient, first.page, '/admin/access-requests', { state: 'fulfilled' });
      for (const comment of ['You have <it> from Monday.', 'a'.repeat(501)]) {
        const fields = { state: 'fulfilled', comment };
        const late = await submit(second.cookieClient, second.page, '/admin/access-requests', fields);
        expect(late.status).toBe(409);
        expect(getVisibleText(late.html)).toContain('Your answer was not sent: another administrator');
        expect(late.html).toContain(`\n${comment.replace('<', '&lt;').replace('>', '&gt;')}</textarea>`);
      }
      expect(await readAccessRequests('Cust20001')).toMatchObject([{ resolvedBy: 'Kari Nygård' }]);
    });

    it('hides access requests from administrators of another tenant and rejects their resolutions', async () => {
      const id = await requestAccess('knowledge-base', 'secret reason');
      const { cookieClient, page } = await inAdmin('/access-requests', otherAdministrator);
      expect(page.status).toBe(200);
      expect(page.html).not.toMatch(/secret reason|Markus Brandt/);
      const fields = { csrf: findCsrfToken(page), subject: 'feature:knowledge-base', id };
      for (const resolution of [{ state: 'fulfilled' }, { state: 'declined', comment: '' }]) {
        const refused = await cookieClient.post(`${adminUrl}/access-requests`, { ...fields, ...resolution });
        expect([refused.status, findErrorCode(refused)]).toEqual([409, 'access-request-resolved']);
        expect(refused.html).not.toMatch(/secret reason|Markus Brandt/);
      }
      expect((await readAccessRequests('Cust20001')).map(({ state }) => state)).toEqual(['open']);
    });

    it('shows the key of a requested feature that is no longer in the catalogue', async () => {
      await planlens.services.accessRequests.submit('Cust20001', {
        associateId: 101,
        requestedBy: 'Markus Brandt',
        subject: 'feature:of-last-year',
        reason: '',
      });
      const { page } = await inAdmin('/access-requests');
      expect([page.status, getVisibleText(page.html).includes('of-last-year 1 person asks')]).toEqual([
        200,
        true,
      ]);
    });

    describe('with several people', () => {
      const subject = 'feature:knowledge-base';
      const ask = (associateId: number, requestedBy: string, about = subject) =>
        planlens.services.accessRequests.submit('Cust20001', {
          associateId,
          requestedBy,
          subject: about,
          reason: '',
        });
      const readStates = async () =>
        (await listAccessRequests(planlens.services.accessRequests, 'Cust20001'))
          .map(({ requestedBy, state }) => [requestedBy, state])
          .sort();
      const toIds = ({ html }: VisitedPage) =>
        [...html.matchAll(/name="id" value="([^"]+)"/g)].map(([, id = '']) => id);

      it('answers those that are ticked, with one answer, and tells how many', async () => {
        for (const [index, name] of ['Anna', 'Bert', 'Carl'].entries()) await ask(101 + index, name);
        const { cookieClient, page } = await inAdmin('/access-requests');
        expect(getVisibleText(page.html)).toContain('3 people ask for it.');
        const [anna = '', , carl = ''] = toIds(page);
        const form = { state: 'declined', comment: 'Next year.' };
        const done = await submit(cookieClient, page, '/admin/access-requests', {
          ...form,
          id: [anna, carl],
        });
        expect(getVisibleText(done.html)).toContain('2 answers sent.');
        expect(await readStates()).toEqual([
          ['Anna', 'declined'],
          ['Bert', 'open'],
          ['Carl', 'declined'],
        ]);
        // Sent again from a page that is still open, with one that was not answered before.
        const late = await submit(cookieClient, page, '/admin/access-requests', { ...form, id: toIds(page) });
        expect(getVisibleText(late.html)).toContain('1 answer sent. 2 had already been answered.');
      });

      it('asks to tick a person, and keeps the answer and what is ticked', async () => {
        for (const [index, name] of ['Anna', 'Bert'].entries()) await ask(101 + index, name);
        const { cookieClient, page } = await inAdmin('/access-requests');
        const form = { state: 'fulfilled', comment: 'Enjoy.' };
        const refused = await submit(cookieClient, page, '/admin/access-requests', form);
        expect([refused.status, getVisibleText(refused.html)]).toEqual([
          400,
          expect.stringContaining('Tick at least one person'),
        ]);
        expect(refused.html).toContain('\nEnjoy.</textarea>');
        expect(refused.html).toMatch(
          /name="id" value="[^"]+" aria-describedby="field-error" aria-invalid="true" autofocus>/,
        );
        expect(refused.html.match(/autofocus/g)).toHaveLength(1);
        const [, bert = ''] = toIds(refused);
        const declined = { state: 'declined', id: bert };
        const again = await submit(cookieClient, refused, '/admin/access-requests', declined);
        expect(again.status).toBe(400);
        expect(again.html).toContain(`value="${bert}" checked`);
      });

      it('lists ten subjects and ten people on a page, and the answered ones apart', async () => {
        const users = await planlens.services.users.listByName('Cust20001', 12);
        for (const { associateId, name } of users) await ask(associateId, name);
        for (let index = 0; index < 10; index += 1) await ask(101, 'Anna', `feature:gone-${index}`);
        const { cookieClient, page } = await inAdmin('/access-requests?lang=en');
        const words = getVisibleText(page.html);
        expect(words).toContain('12 people ask for it. 2 more are listed once these are answered.');
        expect(toIds(page)).toHaveLength(10 + 9);
        expect(page.html).toContain('<a class="quiet-button" rel="next" href="?lang=en&amp;page=2">');
        const second = await cookieClient.get(`${adminUrl}/access-requests?lang=en&page=2`);
        expect([toIds(second).length, getVisibleText(second.html)]).toEqual([
          1,
          expect.stringMatching(/gone-9 .*Previous page Page 2/),
        ]);
        const answered = await cookieClient.get(`${adminUrl}/access-requests?show=resolved`);
        expect(getVisibleText(answered.html)).toContain('Nothing has been answered yet.');
      });

      it('counts the open ones beside the entry of the page and on the link of the panel', async () => {
        const panelBadge = async () => {
          const panel = await (await inPanel(administrator)).get(panelUrl(planlens, administrator));
          return /For administrators (\d+)? ?waiting for an answer/.exec(getVisibleText(panel.html))?.[1];
        };
        expect(await panelBadge()).toBeUndefined();
        for (const [index, name] of ['Anna', 'Bert'].entries()) await ask(101 + index, name);
        expect(await panelBadge()).toBe('2');
        const { cookieClient, page } = await inAdmin('/access-requests');
        expect(getVisibleText(page.html)).toContain('2 waiting for an answer What if');
        const form = { state: 'fulfilled', id: toIds(page) };
        const done = await submit(cookieClient, page, '/admin/access-requests', form);
        expect(getVisibleText(done.html)).not.toContain('waiting for an answer What if');
        expect(await panelBadge()).toBeUndefined();
        const user = await (await inPanel()).get(panelUrl(planlens, salesPremium));
        expect(user.html).not.toContain('class="badge"');
      });

      it('are no condition for the panel: it is shown without a number that cannot be read', async () => {
        await ask(101, 'Anna');
        const count = vi
          .spyOn(planlens.services.accessRequests, 'countOpen')
          .mockRejectedValue(new Error('the database is away'));
        const panel = await (await inPanel(administrator)).get(panelUrl(planlens, administrator));
        count.mockRestore();
        expect([panel.status, panel.html.includes('class="badge"')]).toEqual([200, false]);
      });
    });
  });

  describe('overview', () => {
    it('says calmly that nothing needs attention, and shows the seats of all plans', async () => {
      const words = getVisibleText((await inAdmin('?lang=en')).page.html);
      expect(words).toContain('What needs attention Nothing needs attention at the moment.');
      expect(words).toContain('Seats Purchased 63 In use 49 Free 14 Enter the contract');
    });

    it('lists what needs attention with its action', async () => {
      await requestAccess('knowledge-base');
      await planlens.services.tenants.saveContract('Cust20001', { start: '2026-03-01', period: 'monthly' });
      const { page } = await inAdmin('?lang=en');
      expect(getVisibleText(page.html)).toContain('What users asked for: 1 waiting for an answer. Answer');
      expect(page.html).toContain('<a class="quiet-button" href="/admin/access-requests?lang=en">Answer</a>');
    });

    it('names the limit of CRM Suite that is near', async () => {
      const words = getVisibleText((await inAdmin('?lang=en', suiteAdministrator)).page.html);
      expect(words).toContain('Active projects: 97 of 100. Close to the limit. See the limits');
    });
  });

  describe('license changes', () => {
    it('are paged, the newest first', async () => {
      const changes = Array.from({ length: 60 }, (_, index) => ({
        kind: 'expiry' as const,
        from: '2026-12-31',
        to: `20${30 + index}-12-31`,
      }));
      const place = { tenantId: 'Cust20003', associateId: null, detectedAt: Date.now() };
      await saveLicenseChanges(db, place, changes);
      const { cookieClient, page } = await inAdmin('/history?lang=en', otherAdministrator);
      expect(page.html.match(/<time /g)).toHaveLength(50);
      expect(getVisibleText(page.html)).toMatch(/2026 → 31 December 2089 .* Page 1 Next page/);
      const second = await cookieClient.get(`${adminUrl}/history?lang=en&page=2`);
      expect(second.html.match(/<time /g)?.length).toBeGreaterThanOrEqual(10);
      expect(getVisibleText(second.html)).toMatch(/2026 → 31 December 2039 .* Previous page Page 2/);
      for (const beyond of ['3', '9999']) {
        const empty = await cookieClient.get(`${adminUrl}/history?lang=en&page=${beyond}`);
        expect(getVisibleText(empty.html)).toContain('No change has been noticed.');
      }
      for (const odd of ['0', '-1', '1.5', 'x', '1e9', '']) {
        const first = await cookieClient.get(`${adminUrl}/history?lang=en&page=${odd}`);
        expect([first.status, first.html.match(/<time /g)?.length]).toEqual([200, 50]);
      }
    });
  });

  describe('administrator forms', () => {
    const forms = [
      ['/admin/access-requests', { subject: 'feature:knowledge-base', state: 'fulfilled', comment: '' }],
      ['/admin/contract', { start: '2026-01-01', period: 'yearly' }],
      ['/admin/user-data', { associateId: '101', intent: 'erase', sure: 'yes' }],
    ] as const;

    // A user may make twenty access requests per hour.
    beforeEach(() => planlens.passTime(60 * 60_000));

    it.each(forms)('%s rejects a form without the CSRF token of the session', async (path, fields) => {
      const id = await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const foreign = findCsrfToken((await inAdmin('', colleague)).page);
      for (const token of [{}, { csrf: '' }, { csrf: 'x'.repeat(43) }, { csrf: foreign }]) {
        const refused = await cookieClient.post(`${planlens.url}${path}`, { id, ...fields, ...token });
        expect([refused.status, findErrorCode(refused)]).toEqual([403, 'csrf-token-invalid']);
      }
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'open', comment: '', resolvedBy: null },
      ]);
      expect(await readContract()).toBeNull();
      expect(findCsrfToken(page)).not.toBe(foreign);
    });

    it.each(forms)('%s rejects a form without a session', async (path, fields) => {
      const { page } = await inAdmin();
      const csrf = findCsrfToken(page);
      const refused = await createCookieClient().post(`${planlens.url}${path}`, { csrf, ...fields });
      expect([refused.status, findErrorCode(refused)]).toEqual([401, 'session-required']);
      expect(refused.html).toContain(`href="${path}"`);
    });

    it.each([
      ['/admin/access-requests', { state: 'open', comment: 'x' }, 'state'],
      ['/admin/access-requests', { id: 'x', state: 'fulfilled' }, 'id'],
      ['/admin/contract', { start: '2026-01-01', period: 'weekly' }, 'period'],
      ['/admin/contract', { period: 'yearly' }, 'start'],
      ['/admin/user-data', { associateId: '101', intent: 'look' }, 'intent'],
      ['/admin/user-data', { intent: 'export' }, 'associateId'],
    ])('%s rejects a malformed form with the fields %j', async (path, fields, field) => {
      await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin('/access-requests');
      const id = /name="id" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
      const sent = {
        csrf: findCsrfToken(page),
        ...(path === '/admin/access-requests' && { id, subject: '' }),
        ...fields,
      };
      const refused = await cookieClient.post(`${planlens.url}${path}`, sent);
      expect(refused.status).toBe(400);
      expect(refused.html).toContain(`form-malformed (${field})`);
    });
  });

  describe('data about one person', () => {
    const formPath = '/admin/user-data';
    const { associateId } = salesPremium;
    // A user may make twenty access requests per hour.
    beforeEach(() => planlens.passTime(60 * 60_000));

    it('lists users to choose from and downloads the data about one of them', async () => {
      await requestAccess('knowledge-base', 'For customers');
      const { cookieClient, page } = await inAdmin('/user-data');
      expect(page.html).toContain(`<option value="${associateId}">Markus Brandt</option>`);
      const file = await submit(cookieClient, page, formPath, {
        associateId: String(associateId),
        intent: 'export',
      });
      expect(file.headers.get('content-disposition')).toBe(
        `attachment; filename=planlens-Cust20001-user-${associateId}.json`,
      );
      expect(JSON.parse(file.html)).toMatchObject({
        users: [{ name: 'Markus Brandt' }],
        accessRequests: [{ reason: 'For customers' }],
      });
    });

    it('erases the data only after a confirmation, and says so', async () => {
      await requestAccess('knowledge-base', 'For customers');
      const { cookieClient, page } = await inAdmin('/user-data');
      const user = { associateId: ` ${associateId} `, intent: 'erase' };
      const refused = await submit(cookieClient, page, formPath, user);
      expect([refused.status, refused.html.includes(`value="${associateId}"`)]).toEqual([400, true]);
      expect(getVisibleText(refused.html)).toContain('Tick the box to confirm');
      expect(await readAccessRequests('Cust20001')).toHaveLength(1);

      const done = await submit(cookieClient, refused, formPath, { ...user, sure: 'yes' });
      expect(getVisibleText(done.html)).toContain(`held about user ${associateId} has been erased`);
      expect(new URL(done.url).pathname).toBe(formPath);
      expect(await readAccessRequests('Cust20001')).toEqual([]);
      const setup = await cookieClient.get(`${planlens.url}/setup`);
      expect(getVisibleText(setup.html)).toContain(`erased the data about user ${associateId}`);
      await planlens.services.requestReconciliation('Cust20001');
      await expect
        .poll(async () => (await inAdmin('/user-data')).page.html)
        .toContain('>Markus Brandt</option>');
      // The list that has the user again is no change of their plan.
      expect((await inAdmin('/history')).page.html).not.toContain('Markus Brandt');
    });

    it.each(['', '0', '-1', '1.5', '2147483648', '0x65', "101' or 1=1", '<b>'])(
      'refuses the user number %j',
      async (text) => {
        const { cookieClient, page } = await inAdmin('/user-data');
        for (const intent of ['export', 'erase']) {
          const refused = await submit(cookieClient, page, formPath, {
            associateId: text,
            intent,
            sure: 'yes',
          });
          expect(refused.status).toBe(400);
          expect(getVisibleText(refused.html)).toContain('Enter the number of a user');
        }
      },
    );

    it('reaches no data of another tenant', async () => {
      const { cookieClient, page } = await inAdmin('/user-data');
      const file = await submit(cookieClient, page, formPath, { associateId: '301', intent: 'export' });
      expect(JSON.parse(file.html)).toMatchObject({ users: [], snapshots: [], accessRequests: [] });
    });
  });

  describe('seat table', () => {
    it('lists the seats of each purchased plan with the read time', async () => {
      const words = getVisibleText((await inAdmin('/seats')).page.html);
      expect(words).toContain('Plan Purchased In use Free Marketing-Premium 7 3 4 Sales-Premium 21 21 0');
      expect(words).toContain('Licence data as of');
    });

    it('lists the seats of the CRM Suite plan', async () => {
      const words = getVisibleText((await inAdmin('/seats', suiteAdministrator)).page.html);
      expect(words).toMatch(/Free CRM Suite Core \d+ \d+ \d+ /);
    });

    /** Shows the page with another number of purchased Sales Premium seats, of which 21 are in use. */
    const withPurchased = async (licenses: number, show: () => Promise<void>) => {
      const purchase = (count: number) => {
        planlens.sandbox.control.setPurchased({ tenant: 'Cust20001', module: 'ten-sales', licenses: count });
        planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      };
      purchase(licenses);
      await show();
      purchase(21);
    };

    it('shows an overused plan below zero, with its cause first and what follows from it folded', async () => {
      await withPurchased(18, async () => {
        const { html } = (await inAdmin('/seats')).page;
        const words = getVisibleText(html);
        expect(words).toContain('Seats Sales-Premium: 21 in use, but 18 purchased. 3 too many.');
        expect(words).toMatch(/What follows from it: \d+ .*web: 63 purchased.* Plan Purchased In use Free/);
        expect(html).toMatch(/<tr class="overused"><th scope="row">Sales-Premium<.*?>18<.*?>21<.*?>−3</);
        expect(words).not.toContain('What does not add up');
      });
    });

    it('shows the seats in use and no free seats of a tenant that pays for the seats in use', async () => {
      await withPurchased(100_000, async () => {
        const words = getVisibleText((await inAdmin('/seats')).page.html);
        expect(words).toContain('Sales-Premium billed by use 21 billed by use');
        expect(words).toContain('Service-Premium billed by use 5 billed by use');
        expect(words).not.toContain('What does not add up');
        const advice = (await inPanel(withoutPlan)).get(
          featureUrl(planlens, withoutPlan, 'quote-management'),
        );
        expect(getVisibleText((await advice).html)).toContain('Seats are billed by use');
      });
    });

    it('shows the last known seats while SuperOffice is unavailable', async () => {
      const { cookieClient } = await inAdmin('/seats');
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      planlens.sandbox.control.fail({ operation: 'License.*', with: 500 });
      const words = getVisibleText((await cookieClient.get(`${adminUrl}/seats`)).html);
      expect(words).toContain('SuperOffice is not answering at the moment');
      expect(words).toContain('Sales-Premium 21 21 0');
      planlens.sandbox.control.clearFaults();
      // A read that began before may fail only now, which postpones the next one.
      const afterRetry = async () => {
        planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
        return getVisibleText((await cookieClient.get(`${adminUrl}/seats`)).html);
      };
      await expect.poll(afterRetry).toContain('Licence data as of');
    });
  });

  describe('contract form', () => {
    it('saves a contract, derives the next renewal from it and deletes it', async () => {
      const { cookieClient, page } = await inAdmin('/contract');
      expect(getVisibleText(page.html)).toContain('The start date is not known');
      const saved = await submit(cookieClient, page, '/admin/contract', {
        start: '2026-03-01',
        period: 'quarterly',
      });
      expect([saved.status, new URL(saved.url).pathname]).toEqual([200, '/admin/contract']);
      expect(saved.html).toContain('name="start" value="2026-03-01"');
      expect(saved.html).toContain('<option value="quarterly" selected>');
      expect(getVisibleText(saved.html)).toMatch(
        /Renews on (\d+ \w+ \d{4}), in \d+ days?\. A plan added today takes effect at once\. A plan cancelled today stays until the contract renews on \1\. SuperOffice documents that plans can be added .* our assumption\./,
      );

      const advice = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'request-management'));
      const renewal = /Renews on (\d+ \w+ \d{4})/.exec(getVisibleText(saved.html))?.[1];
      expect(getVisibleText(advice.html)).toContain(`contract renews on ${renewal}`);

      const deleted = await submit(cookieClient, saved, '/admin/contract', {
        start: '',
        period: 'monthly',
      });
      expect(getVisibleText(deleted.html)).toContain('The start date is not known');
      expect(await readContract()).toBeNull();
    });

    /** Today by the app's clock, which earlier tests moved. */
    const findToday = ({ html }: VisitedPage) => /type="date"[^>]* max="([^"]+)"/.exec(html)?.[1] ?? '';
    const dayAfter = (day: string) => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
    it.each([
      ['a day that does not exist', () => '2026-02-30', 'is not a valid date'],
      ['tomorrow', dayAfter, 'cannot start after today'],
      ['not a date', () => 'soon" onfocus="', 'is not a valid date'],
      ['the year 0000', () => '0000-01-01', 'is not a valid date'],
    ])(
      'explains an invalid start date (%s) beside the form and keeps the saved contract',
      async (_case, day, message) => {
        const contract = { start: '2026-03-01', period: 'yearly' } as const;
        await planlens.services.tenants.saveContract('Cust20001', contract);
        const { cookieClient, page } = await inAdmin('/contract');
        const start = day(findToday(page));
        const refused = await submit(cookieClient, page, '/admin/contract', { start, period: 'monthly' });
        expect(refused.status).toBe(400);
        expect(getVisibleText(refused.html)).toContain(message);
        expect(refused.html).toContain(`name="start" value="${start.replaceAll('"', '&#34;')}"`);
        expect(refused.html).toContain('aria-describedby="field-error" aria-invalid="true" autofocus');
        expect(refused.html).toContain('<option value="monthly" selected>');
        expect(await readContract()).toEqual(contract);
      },
    );

    it('is not replaced unseen if another administrator saved another meanwhile', async () => {
      const first = await inAdmin('/contract');
      const second = await inAdmin('/contract');
      const sent = { start: '2026-03-01', period: 'yearly' };
      await submit(first.cookieClient, first.page, '/admin/contract', sent);
      const late = { start: '2026-02-01', period: 'monthly' };
      const refused = await submit(second.cookieClient, second.page, '/admin/contract', late);
      expect([refused.status, getVisibleText(refused.html)]).toEqual([
        400,
        expect.stringContaining(
          'another contract meanwhile: 1 March 2026, Annually. Compare, then save again.',
        ),
      ]);
      expect(refused.html).toMatch(/name="start"\s+value="2026-02-01"/);
      expect(refused.html).toContain('<option value="monthly" selected>');
      expect(await readContract()).toEqual(sent);
      const saved = await submit(second.cookieClient, refused, '/admin/contract', late);
      expect([saved.status, await readContract()]).toEqual([200, late]);
      // A double click.
      expect((await submit(second.cookieClient, refused, '/admin/contract', late)).status).toBe(200);
      await planlens.services.tenants.saveContract('Cust20001', null);
      const gone = await submit(second.cookieClient, saved, '/admin/contract', sent);
      expect(getVisibleText(gone.html)).toContain('has deleted the contract meanwhile');
      expect(await readContract()).toBeNull();
    });

    it('accepts a contract that starts today', async () => {
      const { cookieClient, page } = await inAdmin('/contract');
      const start = findToday(page);
      const saved = await submit(cookieClient, page, '/admin/contract', { start, period: 'yearly' });
      expect(saved.status).toBe(200);
      expect(await readContract()).toEqual({ start, period: 'yearly' });
    });
  });
});

describe("administrators' page without permission to read the tenant license", async () => {
  const planlens = await startPlanlens();
  afterAll(() => planlens.close());

  it('shows an explanation instead of an empty seat table', async () => {
    planlens.sandbox.control.fail({ operation: 'License.*', with: 403 });
    await install(planlens);
    const cookieClient = await signInToCrm(planlens, administrator);
    const page = await cookieClient.get(`${planlens.url}/admin/seats`);
    expect(page.status).toBe(200);
    expect(getVisibleText(page.html)).toContain('did not let Planlens read your company’s licence');
    expect(page.html).not.toContain('<table');
  });
});
